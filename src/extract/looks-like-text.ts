import { isUtf8 } from 'node:buffer';
import { wideEncoding } from './wide-encoding.ts';

const SAMPLE_BYTES = 64 * 1024;
/** Share of control characters above which bytes are no text in any encoding. */
const MAX_CONTROL_SHARE = 0.003;

/**
 * Whether bytes are surely text: by a byte order mark, or without control characters. Magic numbers of two or three letters
 * would misjudge such files; UTF-16 and UTF-32 without a mark are less sure than they are.
 */
export function isSurelyText(bytes: Buffer): boolean {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)) return true;
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return true;
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  let controls = 0;
  let nuls = 0;
  for (const byte of sample) {
    if (byte === 0) nuls += 1;
    else if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27)
      controls += 1;
  }
  const most = sample.length * MAX_CONTROL_SHARE;
  if (controls <= most && nuls === 0) return true;
  return controls <= most && nuls <= most && isUtf8(bytes);
}

/** Whether bytes are text in some encoding, as far as they alone can tell. */
export function looksLikeText(bytes: Buffer): boolean {
  return isSurelyText(bytes) || wideEncoding(bytes) !== undefined;
}
