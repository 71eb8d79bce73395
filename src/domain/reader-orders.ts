import type { Origin } from './suspicion.ts';
import {
  ANY_READER,
  ASSIGNED,
  CLAIM,
  COMMAND,
  CONCEAL,
  COUNTERMAND,
  DUTY,
  DUTY_OF_OUTPUT,
  FIELD_IS,
  MARKED_AI,
  NOT_READERS,
  OUTPUT,
  READER_OF_THIS,
  SITUATION,
  SPEAKS_TO_READER,
  THIS,
} from './reader-words.ts';

/** A sentence that tells a machine which reads the document what to answer, and where it stands. */
export interface ReaderOrder {
  index: number;
  end: number;
}

const MAX_SENTENCE_CHARS = 600;
/** More of one text are not looked at: it is long since no accident. */
const MAX_FOUND = 40;

/**
 * Sentences that give orders about the answer, by what they are made of and not by how they are put: a command, whom it
 * speaks to (a machine that reads), when (`when processing this document`), against what (`whatever is printed`), and what
 * it names (a field with its value, the output). People read the text, so it takes a command and two of these there; what
 * stands beside the text takes less, and what nobody sees takes a command about the answer alone.
 */
export function findReaderOrders(text: string, origin: Origin): ReaderOrder[] {
  const found: ReaderOrder[] = [];
  if (origin === 'text' && !mayHaveOrders(text)) return found;
  for (const { index, end } of sentencesOf(text)) {
    const said = marked(text.slice(index, end), origin);
    if (isOrder(said, origin)) found.push({ index, end });
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

/** Without one of these, in lower case, no sentence of the text itself is an order. */
const ANCHORS = [ANY_READER, SITUATION, COUNTERMAND];

function mayHaveOrders(text: string): boolean {
  const lower = text.toLowerCase();
  return MARKED_AI.test(text) || ANCHORS.some((anchor) => anchor.test(lower));
}

function isOrder(said: string, origin: Origin): boolean {
  const isUnseen = origin === 'hidden text' || origin === 'encoded text';
  const isAnchored = ANCHORS.some((anchor) => anchor.test(said));
  if (origin === 'text' && !isAnchored) return false;
  const isCommand = COMMAND.test(said);
  const conceals = CONCEAL.test(said);
  const claims = CLAIM.test(said);
  const assigns = ASSIGNED.some((pattern) => pattern.test(said));
  const aboutAnswer = assigns || claims || conceals || OUTPUT.test(said);
  if (isAnchored && !NOT_READERS.test(said)) {
    const isReader = READER_OF_THIS.test(said) || SPEAKS_TO_READER.test(said);
    if (isReader && (isCommand || aboutAnswer)) return true;
    if (SITUATION.test(said) && (assigns || claims || (conceals && isCommand))) return true;
    if (COUNTERMAND.test(said) && (assigns || OUTPUT.test(said))) return true;
    const isToldToReader = ANY_READER.test(said) && DUTY.test(said);
    if (isToldToReader && (assigns || (isCommand && THIS.test(said)))) return true;
  }
  if (origin === 'text') return false;
  // Reviewers tell each other what a summary should say.
  const isForReviewers = origin === 'comment' && !THAT.test(said);
  if (DUTY_OF_OUTPUT.test(said) ? !isForReviewers : FIELD_IS.test(said)) return true;
  const contradicts = isCommand && COUNTERMAND.test(said) && ANY_READER.test(said);
  if (contradicts || (isAnchored && (isCommand || assigns) && aboutAnswer)) return true;
  if (origin === 'comment') return assigns && OUTPUT.test(said);
  if (!isUnseen) return assigns || (isCommand && OUTPUT.test(said));
  return aboutAnswer || (isCommand && THIS.test(said));
}

const THAT = /\b(?:that|dass|que)\b/;

/** Lower case loses what tells `AI` from the end of `j'ai`. Names of files have no case that means anything. */
function marked(sentence: string, origin: Origin): string {
  const abbreviation = origin === 'text' ? /\b(?:A\.?I\.?|KI|IA)\b/g : /\b(?:A\.?I\.?|KI|IA)\b/gi;
  return sentence
    .replace(/(\p{L})-\n(?=\p{Ll})/gu, '$1')
    .replace(/\s+/g, ' ')
    .replace(abbreviation, 'theai')
    .replace(/\b[A-Z]{4,}\b/g, (word) => `§${word}`)
    .toLowerCase();
}

/** From mark to mark, over lines that were wrapped; cells of a table stand for themselves. */
function* sentencesOf(text: string): Iterable<ReaderOrder> {
  let index = 0;
  for (const { 0: mark, index: at } of text.matchAll(/[.!?。](?=\s|$)|\n|\|/g)) {
    if (mark === '\n' && isWrapped(text, index, at) && at - index < MAX_SENTENCE_CHARS) continue;
    yield* pieces(index, at + 1);
    index = at + 1;
  }
  yield* pieces(index, text.length);
}

function* pieces(from: number, to: number): Iterable<ReaderOrder> {
  if (to - from < 8) return;
  const step = MAX_SENTENCE_CHARS;
  for (let index = from; index < to; index += step) yield { index, end: Math.min(index + 1.5 * step, to) };
}

const LONG_LINE_CHARS = 40;

function isWrapped(text: string, from: number, at: number): boolean {
  const next = text.charAt(at + 1);
  if (/\p{Ll}/u.test(next)) return true;
  if (!/[\p{L}"“„«(]/u.test(next)) return false;
  const line = text.slice(Math.max(from, text.lastIndexOf('\n', at - 1) + 1), at);
  return line.length >= LONG_LINE_CHARS && !/[.:;!?]\s*$/.test(line);
}
