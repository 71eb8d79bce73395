import { once } from './once.ts';
import type { Origin } from './suspicion.ts';
import {
  ANY_READER,
  ASSIGNED,
  CALLS_READER,
  CALLS_SOMEBODY,
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
  READS_THIS,
  SALUTES_READER,
  SITUATION,
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
  if (origin === 'text' && !MARKED_AI.test(text) && !isAnchored(text.toLowerCase())) return found;
  for (const { index, end } of sentencesOf(text)) {
    const said = marked(text.slice(index, end), origin);
    if (isOrder(said, origin)) found.push({ index, end });
    if (found.length >= MAX_FOUND) break;
  }
  return found;
}

/** Without one of these, in lower case, no sentence of the text itself is an order. */
function isAnchored(text: string): boolean {
  return ANY_READER.test(text) || isSituation(text) || COUNTERMAND.test(text);
}

function isSituation(said: string): boolean {
  return READS_THIS.test(said) && SITUATION.test(said);
}

function isForReader(said: string): boolean {
  if ((READS_THIS.test(said) && READER_OF_THIS.test(said)) || SALUTES_READER.test(said)) return true;
  return CALLS_SOMEBODY.test(said) && CALLS_READER.test(said);
}

function isOrder(said: string, origin: Origin): boolean {
  const isUnseen = origin === 'hidden text' || origin === 'encoded text';
  const hasAnchor = isAnchored(said);
  if (origin === 'text' && !hasAnchor) return false;
  // Asked for last: few sentences come so far, and these take long to compile.
  const isCommand = once(() => COMMAND.test(said));
  const conceals = once(() => CONCEAL.test(said));
  const claims = once(() => CLAIM.test(said));
  const assigns = once(() => ASSIGNED.some((pattern) => pattern.test(said)));
  const aboutAnswer = () => conceals() || claims() || OUTPUT.test(said) || assigns();
  if (hasAnchor && !NOT_READERS.test(said)) {
    if (isForReader(said) && (isCommand() || aboutAnswer())) return true;
    if (isSituation(said) && (assigns() || claims() || (conceals() && isCommand()))) return true;
    if (COUNTERMAND.test(said) && (assigns() || OUTPUT.test(said))) return true;
    const isToldToReader = DUTY.test(said) && ANY_READER.test(said);
    if (isToldToReader && (assigns() || (isCommand() && THIS.test(said)))) return true;
  }
  if (origin === 'text') return false;
  // Reviewers tell each other what a summary should say.
  const isForReviewers = origin === 'comment' && !THAT.test(said);
  if (DUTY_OF_OUTPUT.test(said) ? !isForReviewers : FIELD_IS.test(said)) return true;
  const contradicts = COUNTERMAND.test(said) && ANY_READER.test(said) && isCommand();
  if (contradicts || (hasAnchor && (isCommand() || assigns()) && aboutAnswer())) return true;
  if (origin === 'comment') return OUTPUT.test(said) && assigns();
  if (!isUnseen) return (OUTPUT.test(said) && isCommand()) || assigns();
  return aboutAnswer() || (THIS.test(said) && isCommand());
}

const THAT = /\b(?:that|dass|que)\b/;

/** Lower case loses what tells `AI` from the end of `j'ai`. Names of files have no case that means anything. */
function marked(sentence: string, origin: Origin): string {
  const abbreviation = origin === 'text' ? /\b(?:A\.?I\.?|KI|IA)\b/g : /\b(?:A\.?I\.?|KI|IA)\b/gi;
  return sentence
    .replace(/-\n(?<=\p{L}-\n)(?=\p{Ll})/gu, '')
    .replace(/\s{2,}|[^\S ]/g, ' ')
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
