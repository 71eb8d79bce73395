const SAMPLE_BYTES = 4096;
/** Share of letters, marks, digits, spaces and punctuation of one script below which bytes are no text. */
const MIN_TEXT_SHARE = 0.98;
/** Share of the letters that must be of that script: names and units are Latin everywhere. */
const MIN_SCRIPT_SHARE = 0.8;
const TEXT = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\r\n\t\ufeff]$/u;
/** Of the characters of a longer text, at least so many are spaces, line ends, or the marks between sentences. */
const MIN_BREAK_SHARE = 0.01;
const BREAK = /[\s,.;:|\u3000-\u3002\uff01\uff0c\uff0e\uff1f]/;
/** Of the scripts whose texts have few zero bytes as UTF-16; the others are found by their zeros. */
const SCRIPTS = [
  /[\u3040-\u30ff\u4e00-\u9fff]/,
  /[\uac00-\ud7a3]/,
  /[\u0400-\u04ff]/,
  /[\u0370-\u03ff]/,
  /[\u0590-\u05ff]/,
  /[\u0600-\u06ff]/,
  /[\u0900-\u097f]/,
  /[\u0e00-\u0e7f]/,
];

/** UTF-16 and UTF-32 without a byte order mark; undefined for anything else. */
export function wideEncoding(bytes: Uint8Array): string | undefined {
  const sample = bytes.subarray(0, SAMPLE_BYTES & ~3);
  const wide = utf32(sample, bytes.length);
  if (wide !== undefined) return wide;
  const byZeros = utf16ByZeros(sample);
  if (byZeros !== undefined && isText(charactersOf(sample, byZeros))) return byZeros;
  return utf16ByScript(sample);
}

/** Of every four bytes the highest is zero and the next at most 16. */
function utf32(sample: Uint8Array, length: number): string | undefined {
  if (length % 4 !== 0 || sample.length < 16) return undefined;
  let little = 0;
  let big = 0;
  const end = sample.length & ~3;
  for (let at = 0; at < end; at += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = sample.subarray(at, at + 4);
    if (d === 0 && c <= 16 && isPrintable(b, a)) little += 1;
    if (a === 0 && b <= 16 && isPrintable(c, d)) big += 1;
  }
  if (little === end / 4) return 'utf-32le';
  return big === end / 4 ? 'utf-32be' : undefined;
}

/** Whether the lower half of a character is none of the control characters that texts do not have. */
function isPrintable(high: number, low: number): boolean {
  return high > 0 || low >= 32 || low === 9 || low === 10 || low === 13;
}

/** In most texts of Latin letters nearly every second byte is zero. */
function utf16ByZeros(sample: Uint8Array): string | undefined {
  let even = 0;
  let odd = 0;
  const half = sample.length >> 1;
  for (let at = 0; at < half * 2; at += 2) {
    if (sample[at] === 0) even += 1;
    if (sample[at + 1] === 0) odd += 1;
  }
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return undefined;
}

/** Texts in other scripts: only one of the two orders gives characters of one script. Bytes of plain text never come here. */
function utf16ByScript(sample: Uint8Array): string | undefined {
  if (sample.length < 16 || !sample.some((byte) => byte < 9 || (byte > 13 && byte < 27))) return undefined;
  const fitting = ['utf-16le', 'utf-16be'].filter((encoding) => {
    const characters = charactersOf(sample, encoding);
    const letters = characters.filter((character) => /\p{L}/u.test(character));
    const most = letters.length * MIN_SCRIPT_SHARE;
    return (
      isText(characters) &&
      hasBreaks(characters) &&
      SCRIPTS.some((script) => letters.filter((letter) => script.test(letter)).length > most)
    );
  });
  // Greek turned round is Korean: then the one with the plain spaces is right.
  const spaces = (encoding: string): number =>
    charactersOf(sample, encoding).filter((character) => character === ' ' || character === '\n').length;
  return fitting.sort((a, b) => spaces(b) - spaces(a))[0];
}

function charactersOf(sample: Uint8Array, encoding: string): string[] {
  return Array.from(new TextDecoder(encoding).decode(sample.subarray(0, sample.length & ~1)));
}

/** Compressed bytes have nearly none, whatever script they look like. */
function hasBreaks(characters: string[]): boolean {
  const breaks = characters.filter((character) => BREAK.test(character)).length;
  return breaks >= Math.floor(characters.length * MIN_BREAK_SHARE);
}

function isText(characters: string[]): boolean {
  return characters.filter((character) => TEXT.test(character)).length >= characters.length * MIN_TEXT_SHARE;
}
