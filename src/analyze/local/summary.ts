import { sentencesOf } from './sentences.ts';
import { isContentWord, wordsOf } from './words.ts';

const LONGEST_SENTENCE = 400;
const LONGEST_SUMMARY = 700;

interface Scored {
  text: string;
  index: number;
  words: string[];
}

/**
 * One to three sentences of the text that hold most of its frequent words, in their order; the first lines where
 * there are no sentences; null without any text.
 */
export function summarize(segments: string[], language: string | null): string | null {
  const sentences = segments
    .flatMap(sentencesOf)
    .map((text, index): Scored => ({ text, index, words: wordsOf(text.toLowerCase()) }));
  const whole = distinct(sentences.filter(isWhole));
  if (whole.length === 0) return firstLines(segments);
  const frequency = frequencies(sentences, language);
  const wanted = whole.length < 3 ? 1 : whole.length < 8 ? 2 : 3;
  const best = whole
    .map((sentence) => ({ sentence, score: scoreOf(sentence, frequency, sentences.length) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, wanted)
    .map(({ sentence }) => sentence)
    .map(({ text, index }) => ({ index, text: clip(text, LONGEST_SENTENCE) }));
  return fitting(best)
    .sort((a, b) => a.index - b.index)
    .map(({ text }) => text)
    .join(' ');
}

/** Reads as a sentence: ends as one, long enough to say something. Dense scripts count characters. */
function isWhole({ text, words }: Scored): boolean {
  return (
    /[.!?…。！？]["'”’»)\]]{0,2}$/.test(text) &&
    text.length >= 12 &&
    (words.length >= 5 || /[。！？]/.test(text))
  );
}

/** The best first, for as long as there is room: a summary ends with a whole sentence. */
function fitting<T extends { text: string }>(best: T[]): T[] {
  let room = LONGEST_SUMMARY;
  return best.filter(({ text }) => {
    const fits = text.length <= room;
    if (fits) room -= text.length;
    return fits;
  });
}

function distinct(sentences: Scored[]): Scored[] {
  return [
    ...new Map(sentences.toReversed().map((sentence) => [sentence.text, sentence])).values(),
  ].toReversed();
}

function frequencies(sentences: Scored[], language: string | null): Map<string, number> {
  const frequency = new Map<string, number>();
  for (const word of sentences.flatMap(({ words }) => words)) {
    if (isContentWord(word, language)) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  }
  return frequency;
}

/** What a text is about stands near its start; long sentences must not win by length alone. */
function scoreOf({ words, text, index }: Scored, frequency: Map<string, number>, total: number): number {
  let sum = 0;
  for (const word of new Set(words)) sum += Math.sqrt(frequency.get(word) ?? 0);
  const position = index < 2 ? 1.5 : index < total / 5 ? 1.2 : 1;
  const greeting = /^(dear|hello|hi|thank|sehr geehrte|kind regards|best regards)\b/i.test(text) ? 0.5 : 1;
  const length = text.length > LONGEST_SENTENCE ? 0.6 : 1;
  return (sum / Math.sqrt(words.length + 4)) * position * greeting * length;
}

function firstLines(segments: string[]): string | null {
  const lines = segments.filter((segment) => /[\p{L}\p{N}]/u.test(segment)).slice(0, 6);
  return lines.length === 0 ? null : clip(lines.join('; '), 300);
}

function clip(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const cut = text.slice(0, maxChars - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), maxChars / 2)).toWellFormed()}…`;
}
