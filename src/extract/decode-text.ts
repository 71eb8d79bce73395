import { isUtf8 } from 'node:buffer';
import jschardet from 'jschardet';

export interface DecodedText {
  text: string;
  /** A WHATWG label: `utf-8`, `windows-1252`, `utf-16le` …; `utf-32` besides. */
  encoding: string;
}

/** Bytes that the guess at an encoding looks at. */
const SAMPLE_BYTES = 64 * 1024;
const MOST_COMMON = 'windows-1252';
/** Its characters 0x80 to 0x9f, where Latin 1 has none. */
const WINDOWS_1252_C1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';
/** A guess must be this much surer than the most common encoding to win over it. */
const MIN_LEAD = 1.5;
/** Names of the detector that the platform's decoder knows under another. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  macroman: 'macintosh',
};

/** Text of unknown encoding: byte order mark, valid UTF-8, what the document `declares`, then a guess. */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const marked = encodingFromMark(bytes);
  if (marked === 'utf-32le' || marked === 'utf-32be') return decodeUtf32(bytes, marked);
  if (marked !== undefined) return decodeAs(bytes, marked);
  const wide = encodingFromNuls(bytes);
  if (wide !== undefined) return decodeAs(bytes, wide);
  if (isUtf8(withoutTornEnd(bytes))) return decodeAs(bytes, 'utf-8');
  if (declared !== undefined && isKnown(declared) && !/^utf-?8$/i.test(declared)) {
    return decodeAs(bytes, new TextDecoder(declared).encoding);
  }
  return decodeAs(bytes, guess(bytes));
}

function encodingFromMark(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  return undefined;
}

/** UTF-16 without a mark: in most texts nearly every second byte is NUL. */
function encodingFromNuls(bytes: Uint8Array): string | undefined {
  const length = Math.min(bytes.length, 4096) & ~1;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even += 1;
    if (bytes[at + 1] === 0) odd += 1;
  }
  const half = length / 2;
  if (odd > half * 0.4 && even < half * 0.05) return 'utf-16le';
  if (even > half * 0.4 && odd < half * 0.05) return 'utf-16be';
  return undefined;
}

function guess(bytes: Uint8Array): string {
  const guesses = jschardet.detectAll(tellingPart(bytes)).flatMap(({ encoding, confidence }) => {
    const label = aliases[encoding?.toLowerCase() ?? ''] ?? encoding;
    return label !== null && isKnown(label) ? [{ label: new TextDecoder(label).encoding, confidence }] : [];
  });
  const best = guesses[0];
  const common = guesses.find(({ label }) => label === MOST_COMMON);
  if (best === undefined) return MOST_COMMON;
  return common !== undefined && common.confidence * MIN_LEAD > best.confidence ? MOST_COMMON : best.label;
}

/** From shortly before the first byte that is not ASCII: only such bytes tell encodings apart. */
function tellingPart(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  const start = Math.max(first - 1024, 0);
  return Buffer.from(bytes.subarray(start, start + SAMPLE_BYTES));
}

/** Without the beginning of a character that the cut end of a long file may have left. */
function withoutTornEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < 3 && (bytes[end - 1]! & 0xc0) === 0x80) end -= 1;
  if (end > 0 && bytes[end - 1]! >= 0xc0) end -= 1;
  return bytes.subarray(0, end);
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

function decodeAs(bytes: Uint8Array, encoding: string): DecodedText {
  if (encoding === MOST_COMMON) return { text: decodeWindows1252(bytes), encoding };
  return { text: new TextDecoder(encoding).decode(bytes), encoding };
}

/** Node 20's own decoder takes it for Latin 1: euro signs and curly quotes would become control characters. */
function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252_C1[character.charCodeAt(0) - 0x80]!);
}

/** No decoder of the platform knows UTF-32. */
function decodeUtf32(bytes: Uint8Array, encoding: 'utf-32le' | 'utf-32be'): DecodedText {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  for (let at = 4; at + 4 <= bytes.length; at += 4) {
    const codePoint = view.getUint32(at, encoding === 'utf-32le');
    pieces.push(codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd');
  }
  return { text: pieces.join(''), encoding };
}
