/** Cyrillic and Greek letters that look like Latin ones. */
const LOOKALIKES: Record<string, string> = Object.fromEntries(
  'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw кk мm тt вb нh αa οo εe ιi νv ρp τt υu κk χx ηn'
    .split(' ')
    .map((pair) => [pair.charAt(0), pair.charAt(1)]),
);
/** Marks over and under letters, and what no program shows. */
const INVISIBLE = /[\p{M}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu;
const TAGS = /[\u{e0020}-\u{e007e}]+/gu;

/** As a model reads it and a filter would not: letters without disguise. Equal to the text where it is plain ASCII. */
export function plainLetters(text: string): string {
  const plain = /[^\0-\x7f]/.test(text) ? undisguised(text) : text;
  // Quick looks first: at what follows gaps, then at all.
  if (!/[ ._*-](?:[^\s\d!-/:-@[-`{-~]{1,2}[ ._*-]{1,3}){7}/.test(plain)) return plain;
  if (!/(?:[^\s\d][ ._*-]{1,3}){8}[^\s\d]/.test(plain)) return plain;
  return plain.replace(/(?<![\p{L}\p{N}])(?:\p{L}[ ._*-]{1,3}){8,}\p{L}(?![\p{L}\p{N}])/gu, joinLetters);
}

function undisguised(text: string): string {
  const letters = text.replace(TAGS, '').normalize('NFKD').replace(INVISIBLE, '');
  // Only in words that mix scripts: a word of one script is what it seems.
  return HAS_LOOKALIKES.test(letters) ? letters.replace(/\p{L}+/gu, withoutLookalikes) : letters;
}

const HAS_LOOKALIKES = /[\p{sc=Cyrillic}\p{sc=Greek}]/u;

/** Characters of Unicode's tag block, which no program shows, as the ASCII that they stand for; not those of flags. */
export function tagText(text: string): string {
  return [...text.matchAll(TAGS)]
    .map(([run]) => Array.from(run, (tag) => String.fromCharCode(tag.codePointAt(0)! - 0xe0000)).join(''))
    .filter((run) => run.length > 8)
    .join(' ');
}

function withoutLookalikes(word: string): string {
  if (!/[a-z]/i.test(word) || !HAS_LOOKALIKES.test(word)) return word;
  return Array.from(word, (letter) => LOOKALIKES[letter.toLowerCase()] ?? letter).join('');
}

/** `i g n o r e  a l l` has words where the gaps are wider. */
function joinLetters(spaced: string): string {
  return spaced.replace(/ ?([ ._*-]+)/g, (gap) => (gap.length > 1 ? ' ' : ''));
}
