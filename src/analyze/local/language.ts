import { franc } from 'franc-min';
import { stopwords } from './stopwords.ts';

/** franc guesses from letter triples: in less text than this it is wrong as often as right. */
const FRANC_MIN_CHARS = 80;
const FRANC_MAX_CHARS = 1_000;
const VOTE_WORDS = 300;

export interface LanguageClues {
  prose: string;
  /** Whether it is made of sentences: names of keys and columns tell letter triples nothing. */
  isProse: boolean;
  /** What the document says itself. */
  declared: string | undefined;
}

/** The ISO 639-1 code (639-3 where there is none) of a text's language, else what the document says itself, else null. */
export function detectLanguage({ prose, isProse, declared }: LanguageClues): string | null {
  const letters = prose.slice(0, 4_000).replace(/[^\p{L}\p{M}\s'’]+/gu, ' ');
  return voted(letters) ?? (isProse ? guessed(letters) : null) ?? canonical(declared ?? '');
}

/** Function words are the surest sign, also in short texts full of names and numbers. */
function voted(letters: string): string | null {
  const words = letters.toLowerCase().split(/\s+/, VOTE_WORDS);
  const votes = Object.entries(stopwords)
    .map(([language, list]) => ({ language, hits: words.filter((word) => list.has(word)).length }))
    .sort((a, b) => b.hits - a.hits);
  const [first, second] = votes;
  if (first === undefined || second === undefined) return null;
  const isClear = first.hits >= 4 && first.hits >= words.length * 0.15 && first.hits >= second.hits * 1.6;
  return isClear ? first.language : null;
}

function guessed(letters: string): string | null {
  const text = letters.replace(/\s+/g, ' ').trim().slice(0, FRANC_MAX_CHARS);
  const isEnough = text.length >= FRANC_MIN_CHARS && new Set(text).size >= 12;
  if (!isEnough && !isDenseScript(text)) return null;
  const code = franc(text);
  return code === 'und' ? null : canonical(code);
}

/** Chinese, Japanese, Korean, Thai: a few characters are enough, the script tells. */
function isDenseScript(text: string): boolean {
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]{4}/u.test(
    text,
  );
}

/** `eng`, `en-US`, `EN` → `en`; null for what is no language tag. */
function canonical(tag: string): string | null {
  try {
    return new Intl.Locale(tag.trim().replaceAll('_', '-')).language;
  } catch {
    return null;
  }
}
