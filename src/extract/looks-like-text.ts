import { isUtf8 } from 'node:buffer';

const SAMPLE_BYTES = 64 * 1024;
/** Share of control characters above which bytes are no text in any encoding. */
const MAX_CONTROL_SHARE = 0.003;

/** Whether bytes are text in some encoding; magic numbers of two or three letters would misjudge such files. */
export function looksLikeText(bytes: Buffer): boolean {
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
  if (controls > sample.length * MAX_CONTROL_SHARE) return false;
  if (nuls > 0)
    return isWideText(sample, nuls) || (nuls <= sample.length * MAX_CONTROL_SHARE && isUtf8(bytes));
  return true;
}

/** UTF-16 text in a Latin script: all the NULs are on one side of the byte pairs, and they are many. */
function isWideText(sample: Buffer, nuls: number): boolean {
  if (nuls < sample.length * 0.2) return false;
  let even = 0;
  for (let at = 0; at < sample.length; at += 2) if (sample[at] === 0) even += 1;
  return even === 0 || even === nuls;
}
