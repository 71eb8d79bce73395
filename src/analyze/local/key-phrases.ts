import { isContentWord, wordsOf } from './words.ts';

const KEPT_PHRASES = 8;
const LONGEST_PHRASE_WORDS = 3;
/** Phrases do not reach over these. */
const breaks = /[,;:.()!?"“”„|/[\]{}<>*_#=+…。！？、，]+\s*|\s[-–—]\s/u;

interface Candidate {
  surface: string;
  words: string[];
  count: number;
}

/** Up to eight words or short phrases that carry the text, weightiest first, as written. */
export function keyPhrases(texts: string[], language: string | null): string[] {
  const chosen: Candidate[] = [];
  for (const candidate of ranked(countCandidates(texts, language))) {
    if (chosen.length === KEPT_PHRASES) break;
    if (!chosen.some((other) => overlaps(candidate, other))) chosen.push(candidate);
  }
  return chosen.map(({ surface }) => surface);
}

/** Every run of one to three words that carry meaning. */
function countCandidates(texts: string[], language: string | null): Candidate[] {
  const candidates = new Map<string, Candidate>();
  const add = (run: string[]) => {
    const surface = run.join(' ');
    const key = surface.toLowerCase();
    const known = candidates.get(key);
    if (known === undefined) candidates.set(key, { surface, words: key.split(' '), count: 1 });
    else known.count++;
  };
  for (const fragment of texts.flatMap((text) => text.split(breaks))) {
    let run: string[] = [];
    for (const word of [...wordsOf(fragment), '']) {
      if (word.length <= 40 && isContentWord(word.toLowerCase(), language)) {
        run.push(word);
        for (let length = 1; length <= Math.min(run.length, LONGEST_PHRASE_WORDS); length++) {
          add(run.slice(-length));
        }
      } else {
        run = [];
      }
    }
  }
  return [...candidates.values()];
}

/** A phrase that is said twice says more than its words; a word said once says little. */
function ranked(candidates: Candidate[]): Candidate[] {
  const weight = ({ surface, words, count }: Candidate) =>
    words.length === 1
      ? count * (/^\p{Lu}/u.test(surface) ? 1.1 : 1) * Math.min(surface.length / 6, 1.5)
      : count >= 2
        ? count * (1 + words.length * 0.6)
        : 0.9;
  return candidates
    .map((candidate) => ({ candidate, score: weight(candidate) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 60)
    .map(({ candidate }) => candidate);
}

function overlaps(a: Candidate, b: Candidate): boolean {
  return a.words.some((word) => b.words.includes(word));
}
