import { decodeAs } from './decode-text.ts';
import type { DecodedText } from './decode-text.ts';
import { detectEncoding } from './detect-encoding.ts';
import type { ReaderInput } from './draft.ts';

/** UTF-32, the widest encoding. */
export const MAX_BYTES_PER_CHAR = 4;

/** The input as text; little more is decoded than can be kept, since most texts have about one byte per character. */
export function decodeInput({ bytes, maxTextChars }: ReaderInput, declared?: string): DecodedText {
  const most = bytes.subarray(0, (maxTextChars + 1) * MAX_BYTES_PER_CHAR);
  const encoding = detectEncoding(most, declared);
  for (let width = 1; ; width *= 2) {
    const part = most.subarray(0, (maxTextChars + 1) * width);
    const text = decodeAs(part, encoding);
    if (part.length === most.length || text.length > maxTextChars) return { text, encoding };
  }
}
