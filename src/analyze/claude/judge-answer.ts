import type { Json } from '../../domain/analyzer.ts';
import { findOrders } from '../../domain/find-orders.ts';
import type { Suspicion } from '../../domain/suspicion.ts';
import type { GroundedQuote } from './ground.ts';

export interface Judged {
  answer: Json;
  grounding: readonly GroundedQuote[];
  /** The marks that stood around the document, which no answer has a reason to repeat. */
  marks: readonly string[];
  /** What extraction found in the document. */
  suspicions: readonly Suspicion[];
  /** What the model read as text. One of a few words leaves an honest answer little else to say. */
  text: string;
}

/**
 * Whether the answer was dictated by the document. Orders that no innocent document holds suffice; a mere hint, such as
 * the example in a text about injections, needs an answer that shows that it was obeyed.
 */
export function judgeAnswer({ answer, grounding, marks, suspicions, text }: Judged): Suspicion[] {
  const findings = suspicions.filter(({ weight }) => weight === 'order');
  const leaves = [...leafTexts(answer)].filter((text) => text.trim() !== '');
  const add = (excerpt: string): void =>
    void findings.push({ origin: 'answer', weight: 'order', excerpt: excerpt.slice(0, 160).toWellFormed() });
  const leaked = leaves.find((text) => marks.some((mark) => text.includes(mark)));
  if (leaked !== undefined) add(`It repeats what stood around the document: ${leaked}`);
  const same = mostCommon(leaves);
  const isHinted = suspicions.length > 0;
  if (
    same !== null &&
    same.count >= 3 &&
    same.count * 2 > leaves.length &&
    (isHinted || (same.text.length >= LONG && !isMostOf(same.text, text)))
  ) {
    add(`It says the same everywhere: ${same.text}`);
  }
  if (!isHinted) return findings;
  const echoes = echoesIn(leaves);
  if (echoes.length >= 2 && echoes.length * 2 > leaves.length) add(`It repeats the order: ${echoes[0]!}`);
  const obedient = leaves.find((text) => OBEYS.test(text));
  if (obedient !== undefined) add(`It says that it obeys: ${obedient}`);
  const invented = grounding.filter(({ status }) => status === 'ungrounded');
  if (invented.length >= 2 && invented.length * 2 > grounding.length) {
    add(`Most of its quotes are not in the document: ${invented[0]!.quote}`);
  }
  return findings;
}

const LONG = 20;
const LITTLE_ELSE = 4;

function isMostOf(said: string, text: string): boolean {
  const isShort = text.length <= LITTLE_ELSE * said.length;
  return isShort && text.replace(/\s+/g, ' ').includes(said.replace(/\s+/g, ' ').trim());
}
const OBEYS =
  /^\W*(?:as (?:ordered|instructed|commanded|directed|you (?:ordered|asked|wish))\b|(?:previous|prior|all) instructions (?:ignored|disregarded)|ignoring (?:all |the )?(?:previous|prior)|i (?:will|have) (?:now )?(?:ignored?|disregard(?:ed)?))/i;

/** This runs where the worker's heartbeats run, too: an order is short, and long answers are searched in part. */
const LEAF_CHARS = 2_000;
const ALL_CHARS = 200_000;

function echoesIn(leaves: readonly string[]): string[] {
  let left = ALL_CHARS;
  return leaves.filter((text) => {
    const searched = text.slice(0, Math.min(left, LEAF_CHARS));
    left -= searched.length;
    return searched !== '' && findOrders(searched, 'hidden text').length > 0;
  });
}

function mostCommon(texts: readonly string[]): { text: string; count: number } | null {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  let best: { text: string; count: number } | null = null;
  for (const [text, count] of counts) if (count > (best?.count ?? 0)) best = { text, count };
  return best;
}

function* leafTexts(value: Json): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const inner of value) yield* leafTexts(inner);
  else if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) yield* leafTexts(inner);
  }
}
