/** Longer texts are told by their beginning. */
const MAX_WORDS = 20_000;
const WORDS_PER_SHINGLE = 3;
const HASHES = 256;

/** Of two texts that share a part p of their runs of three words, about p of the 256 numbers are equal. */
export function signatureOf(text: string): Uint32Array {
  const signature = new Uint32Array(HASHES).fill(0xffffffff);
  const words =
    text
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu)
      ?.slice(0, MAX_WORDS) ?? [];
  const hashes = words.map(hashOf);
  const last = Math.max(1, hashes.length - WORDS_PER_SHINGLE + 1);
  for (let at = 0; at < last; at++) {
    let shingle = 0;
    for (const hash of hashes.slice(at, at + WORDS_PER_SHINGLE)) shingle = mix(Math.imul(shingle, 31) ^ hash);
    for (let n = 0; n < HASHES; n++) {
      const value = mix(shingle ^ seeds[n]!);
      if (value < signature[n]!) signature[n] = value;
    }
  }
  return signature;
}

export function similarity(a: Uint32Array, b: Uint32Array): number {
  let same = 0;
  for (let n = 0; n < HASHES; n++) if (a[n] === b[n]) same += 1;
  return same / HASHES;
}

/** FNV-1a. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at++) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The finalizer of MurmurHash3. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

const seeds = Uint32Array.from({ length: HASHES }, (_, n) => mix(Math.imul(n + 1, 0x9e3779b9)));
