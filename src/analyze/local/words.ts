import { stopwords } from './stopwords.ts';

const denseScript = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
/** Scripts without spaces need a dictionary, which costs 1 µs per character. */
const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });

/** The words of a text as written, in order. */
export function wordsOf(text: string): string[] {
  if (!denseScript.test(text)) return text.match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*/gu) ?? [];
  return [...segmenter.segment(text)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** Whether a lower-case word carries meaning: no function word of the language, no number, not a single letter. */
export function isContentWord(word: string, language: string | null): boolean {
  if (word.length < (denseScript.test(word) ? 2 : 3) || /^\p{N}/u.test(word)) return false;
  return !(stopwords[language ?? 'en'] ?? stopwords.en!).has(word);
}
