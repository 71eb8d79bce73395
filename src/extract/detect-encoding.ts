import { isUtf8 } from 'node:buffer';
import jschardet from 'jschardet';
import { westernEncoding } from './western-encoding.ts';
import { wideEncoding } from './wide-encoding.ts';

/** Bytes that the guess at an encoding looks at. */
const SAMPLE_BYTES = 64 * 1024;
const MOST_COMMON = 'windows-1252';
/** A guess must be this much surer than the most common encoding to win over it. */
const MIN_LEAD = 1.5;
/** Names of the detector that the platform's decoder knows under another. */
const aliases: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  cp949: 'euc-kr',
  macroman: 'macintosh',
};

/** The encoding of a text: byte order mark, zeros, valid UTF-8, what the document `declares`, then a guess. */
export function detectEncoding(bytes: Uint8Array, declared?: string): string {
  const certain = encodingFromMark(bytes) ?? wideEncoding(bytes);
  if (certain !== undefined) return certain;
  if (isShiftedAscii(bytes)) return 'iso-2022-jp';
  if (isUtf8(withoutTornEnd(bytes))) return 'utf-8';
  if (declared !== undefined && isKnown(declared) && !/^utf-?8$/i.test(declared)) {
    return new TextDecoder(declared).encoding;
  }
  return guess(bytes);
}

function encodingFromMark(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'utf-32le' : 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'utf-32be';
  return undefined;
}

/** Japanese mail of the old kind: seven bits, with escapes into and out of the Japanese characters. */
function isShiftedAscii(bytes: Uint8Array): boolean {
  const sample = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SAMPLE_BYTES));
  return sample.includes('\x1b$B') || sample.includes('\x1b$@')
    ? sample.includes('\x1b(B') || sample.includes('\x1b(J')
    : false;
}

function guess(bytes: Uint8Array): string {
  const sample = tellingPart(bytes);
  const guesses = jschardet.detectAll(sample).flatMap(({ encoding, confidence }) => {
    const label = aliases[encoding?.toLowerCase() ?? ''] ?? encoding;
    return label !== null && isKnown(label) ? [{ label: new TextDecoder(label).encoding, confidence }] : [];
  });
  const best = guesses[0];
  const common = guesses.find(({ label }) => label === MOST_COMMON);
  if (best === undefined) return westernEncoding(sample);
  const isCommon = common !== undefined && common.confidence * MIN_LEAD > best.confidence;
  return isCommon || best.label === MOST_COMMON ? westernEncoding(sample) : best.label;
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
