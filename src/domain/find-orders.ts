import { once } from './once.ts';
import { plainLetters, tagText } from './plain-letters.ts';
import {
  isAboutPeople,
  isEarlier,
  isForAll,
  isOfMachine,
  isOfPeople,
  namesModel,
  override,
  rules,
  saysWhat,
} from './order-rules.ts';
import { findReaderOrders } from './reader-orders.ts';
import type { AsideText, Origin, Suspicion } from './suspicion.ts';
import { MAX_SUSPICIONS } from './suspicion.ts';

/** Nobody reads these: what would be said to a person elsewhere is said to a machine here. */
const UNSEEN: readonly Origin[] = ['hidden text', 'encoded text'];
/** Words around a match that say what it is. */
const NEAR_CHARS = 300;
const EXCERPT_CHARS = 160;
/** Long texts are looked through in pieces, whose ends overlap. */
const PIECE_CHARS = 200_000;

/** Characters; nothing shorter says what to do. */
const SHORTEST_ORDER = 12;

type Weight = Suspicion['weight'];

/** What in a text, which stands where `origin` says, tries to give orders to a model; in the order found, each once. */
export function findOrders(text: string, origin: Origin): Suspicion[] {
  if (text.length < SHORTEST_ORDER) return [];
  const found = new Map<string, Suspicion>();
  const add = (weight: Weight, from: Origin, at: string): void => {
    const excerpt = at.replace(/\s+/g, ' ').trim().slice(0, EXCERPT_CHARS).toWellFormed();
    // Hints must leave room for an order.
    const hasRoom = found.size < MAX_SUSPICIONS || weight === 'order';
    if (hasRoom && found.get(excerpt)?.weight !== 'order') {
      found.set(excerpt, { origin: from, weight, excerpt });
    }
  };
  const tags = tagText(text);
  if (tags !== '')
    for (const { weight, excerpt } of findOrders(tags, 'hidden text')) add(weight, 'hidden text', excerpt);
  const isAbout = once(() => writesAboutInjections(text));
  for (let start = 0; start < text.length; start += PIECE_CHARS) {
    const piece = plainPiece(text.slice(Math.max(0, start - NEAR_CHARS), start + PIECE_CHARS));
    const matches = matchesIn(piece, origin);
    for (const match of matches) {
      const { index, end } = match;
      const isOrder =
        (match.weight === 'order' || hasCompany(match, matches, origin)) &&
        !isMentioned(piece, { ...match, origin, isAbout });
      add(isOrder ? 'order' : 'hint', origin, piece.slice(index, end + EXCERPT_CHARS));
    }
    for (const match of findReaderOrders(piece, origin)) {
      const isTold = isMentioned(piece, { ...match, isAddressed: true, origin, isAbout });
      add(isTold ? 'hint' : 'order', origin, piece.slice(match.index, match.end));
    }
    for (const decoded of decodedRuns(piece)) {
      for (const { weight, excerpt } of findOrders(decoded, 'encoded text'))
        add(weight, 'encoded text', excerpt);
    }
    if (found.size > 2 * MAX_SUSPICIONS) break;
  }
  return [...found.values()];
}

/** Piece by piece: what is made of a long text takes several times its memory. Long gaps would make the rules slow, and mean nothing. */
function plainPiece(text: string): string {
  return plainLetters(text)
    .replace(/[^\S\n]{2,}|[^\S\n ]/g, ' ')
    .replace(/ ?\n ?(?:\n ?)+/g, '\n\n');
}

/** All that stands in a document, seen and unseen; orders first. */
export function findAllOrders(markdown: string, asides: readonly AsideText[]): Suspicion[] {
  const all = asides.flatMap(({ origin, text }) => findOrders(text, origin));
  all.push(...findOrders(markdown, 'text'));
  return all
    .sort((a, b) => Number(b.weight === 'order') - Number(a.weight === 'order'))
    .slice(0, MAX_SUSPICIONS);
}

/** Punctuation of names reads like spaces. */
export function findOrdersInName(name: string): Suspicion[] {
  return findOrders(name.replace(/\.[A-Za-z0-9]{1,5}$/, '').replace(/[_.+-]+/g, ' '), 'file name');
}

/** Much cheaper than an empty `matchAll`, which copies the expression first: documents have thousands of short texts. */
function matchesOf(pattern: RegExp, text: string): Iterable<RegExpExecArray> {
  const occurs = pattern.test(text);
  pattern.lastIndex = 0;
  return occurs ? text.matchAll(pattern) : [];
}

interface Match {
  index: number;
  end: number;
  weight: Weight;
  /** Which rule it fits; -1: the first of all. */
  rule: number;
  isAddressed: boolean;
}

/** Hints of several kinds close together are no accident. */
function hasCompany({ index }: Match, matches: readonly Match[], origin: Origin): boolean {
  const near = matches.filter((other) => Math.abs(other.index - index) < NEAR_CHARS);
  return new Set(near.map(({ rule }) => rule)).size >= (origin === 'text' ? 4 : 2);
}

function matchesIn(text: string, origin: Origin): Match[] {
  const matches: Match[] = [];
  for (const match of matchesOf(override, text)) {
    const weight = weightOfOverride(text, match, origin);
    if (weight !== null)
      matches.push({
        index: match.index,
        end: match.index + match[0].length,
        weight,
        rule: -1,
        isAddressed: false,
      });
  }
  const lower = text.toLowerCase();
  const needed = new Map<RegExp, boolean>();
  const has = (needs: RegExp): boolean => {
    const is = needed.get(needs) ?? needs.test(lower);
    needed.set(needs, is);
    return is;
  };
  for (const [rule, { pattern, weight: when, isAddressed, needs }] of rules.entries()) {
    if (!needs.every(has)) continue;
    for (const match of matchesOf(pattern, text)) {
      const isOrder = when === 'strong' || UNSEEN.includes(origin);
      const end = match.index + match[0].length;
      const weight = isOrder ? 'order' : 'hint';
      matches.push({ index: match.index, end, weight, rule, isAddressed });
      if (matches.length > 10 * MAX_SUSPICIONS) return matches;
    }
  }
  return matches;
}

/** `Please disregard our previous instructions regarding the delivery` is no order to a model. */
function weightOfOverride(text: string, { 0: match, index }: RegExpExecArray, origin: Origin): Weight | null {
  const before = text.slice(Math.max(0, index - NEAR_CHARS), index);
  const after = text.slice(index + match.length, index + match.length + NEAR_CHARS);
  if (/\b(?:not|never|cannot|can't|don't|nor|to not)\s+$/i.test(before)) return null;
  const earlier = isEarlier.test(match);
  const machine = isOfMachine.test(match);
  const forAll = isForAll.test(match);
  if (!earlier && !machine && !/\byour\b/i.test(match)) return null;
  if (UNSEEN.includes(origin)) return 'order';
  if (isOfPeople.test(match) || isAboutPeople.test(after)) return 'hint';
  const isForModel = saysWhat.test(after) || namesModel.test(before.slice(-120) + after.slice(0, 160));
  if (origin === 'file name' || origin === 'metadata' || origin === 'alt text') {
    return earlier || machine ? 'order' : 'hint';
  }
  if (machine && (forAll || earlier)) return 'order';
  if (earlier && forAll) return 'order';
  if (/\byour\b/i.test(match) && saysWhat.test(after)) return 'order';
  return earlier && isForModel ? 'order' : 'hint';
}

const LEAD =
  /(?:examples?|instance|such as|e\.g\.|phrases?|payloads?|samples?|attack\w*|malicious|adversar\w*|inject\w*|jailbreaks?|strings?)\b/i;
const ABOUT =
  /prompt[\s-]?injections?|injection attacks?|jailbreak\w*|adversarial prompts?|red[\s-]team\w*|llm security/gi;

function writesAboutInjections(text: string): boolean {
  let count = 0;
  for (const _ of text.matchAll(ABOUT)) {
    count += 1;
    if (count >= 2) return true;
  }
  return false;
}

interface Mention extends Pick<Match, 'index' | 'end' | 'isAddressed'> {
  origin: Origin;
  /** Whether the whole text is about such orders. */
  isAbout: () => boolean;
}

/** Told about, not told: quoted, in code, no imperative, or an example in a text about such orders. */
function isMentioned(piece: string, { index, end, isAddressed, origin, isAbout }: Mention): boolean {
  if (UNSEEN.includes(origin)) return false;
  const before = piece.slice(Math.max(0, index - NEAR_CHARS), index);
  if (isInQuotes(piece, index, end)) return true;
  if (!isAddressed && !isImperative(before)) return true;
  if (origin === 'text') return LEAD.test(before) && isAbout();
  return LEAD.test(piece.slice(0, index)) || ABOUT_ONCE.test(piece);
}

const ABOUT_ONCE = new RegExp(ABOUT.source, 'i');
const QUOTED =
  /"[^"\n]{3,500}"|“[^”]{3,500}”|„[^“”]{3,500}[“”]|«[^»]{3,500}»|‘[^’]{3,500}’|`[^`]{3,500}`|(?<![\w])'[^'\n]{3,500}'(?!\w)|^>[^\n]*$/gm;

function isInQuotes(text: string, index: number, end: number): boolean {
  const from = Math.max(0, text.lastIndexOf('\n\n', index), index - 600);
  const around = text.slice(from, end + 600);
  for (const match of around.matchAll(QUOTED)) {
    const start = from + match.index;
    if (start <= index && start + match[0].length >= end) return true;
  }
  return (text.slice(0, index).match(/^```/gm)?.length ?? 0) % 2 === 1;
}

/** `attackers make it ignore all instructions` tells a story; an order begins a sentence, or follows `please` and its like. */
function isImperative(before: string): boolean {
  const near = before.replace(/[\s*_#>|~-]+$/, '');
  if (near === '' || /[.!?:;,)\]}"”'’…。—–]$/.test(near) || /\n[\s*_#>|~\d.)-]*$/.test(before)) return true;
  // Scripts without spaces, or without our words for please.
  if (/[^\p{sc=Latin}\p{N}'’]$/u.test(near)) return true;
  const sentence = near.slice(near.search(/[^.!?\n]*$/));
  if (/\b(?:and|then|also|should|will)$/i.test(near)) return !DESCRIBES.test(sentence);
  if (
    /\b(?:please|kindly|now|just|must|shall|always|immediately|simply|instead|hereby|so|first)$/i.test(
      near,
    ) ||
    /^\W*(?:\w+,? ){0,2}(?:ai|llm|assistant|model|claude|chatgpt|gpt|attention|important|hello|urgent|note|system)$/i.test(
      sentence,
    )
  ) {
    return true;
  }
  return /\b(?:you are (?:hereby )?(?:instructed|asked|required|ordered|directed|told|commanded)? ?to|you (?:need|have|are|want) to|(?:want|need|order|instruct|command|ask) you to|task is to|goal is to|is to|required to|this is an?|following|special)$/i.test(
    near,
  );
}

const DESCRIBES =
  /\b(?:attack\w*|mak(?:e|es|ing)|trick\w*|tr(?:y|ies|ying)|told|tells?|asks?|asked|causes?|caus(?:ed|ing)|instructs|can|could|may|might|would|to)\b/i;

/** Orders in Base64 are read by models as well as any. */
function decodedRuns(text: string): string[] {
  const decoded: string[] = [];
  for (const run of longRuns(text)) {
    if (decoded.length >= 50) break;
    if (!IS_ASCII.test(run) || !/[a-z]/.test(run) || !/[A-Z]/.test(run)) continue;
    const bytes = atob(run);
    if (/^[\x09\x0a\x0d\x20-\x7e]+$/.test(bytes) && bytes.includes(' ')) decoded.push(bytes);
  }
  return decoded;
}

/** Four characters stand for three bytes; those below 128 begin with one of the first half of the digits. */
const IS_ASCII = /^(?:[A-Za-f].{3})+(?:[A-Za-f].{1,2})?$/;
const SHORTEST_RUN = 32;
const LONGEST_RUN = 4_000;

/** Runs of Base64's digits. Looks at every 32nd character, and back from there: most words are shorter. */
function longRuns(text: string): string[] {
  const runs: string[] = [];
  let start = 0;
  for (let at = SHORTEST_RUN - 1; at < text.length; at = start + SHORTEST_RUN - 1) {
    let from = at + 1;
    while (from > start && isBase64(text.charCodeAt(from - 1))) from -= 1;
    if (from > start) {
      start = from;
      continue;
    }
    let end = at + 1;
    while (isBase64(text.charCodeAt(end))) end += 1;
    if (end - start <= LONGEST_RUN) runs.push(text.slice(start, end));
    start = end + 1;
  }
  return runs;
}

function isBase64(code: number): boolean {
  const isDigit = code >= 47 && code <= 57;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isDigit || isLetter || code === 43;
}
