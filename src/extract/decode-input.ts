import { decodeText } from './decode-text.ts';
import type { DecodedText } from './decode-text.ts';
import type { ReaderInput } from './draft.ts';

/** UTF-32, the widest encoding. */
const MAX_BYTES_PER_CHAR = 4;

/** The input as text; only as many bytes are decoded as can be kept. */
export function decodeInput({ bytes, maxTextChars }: ReaderInput, declared?: string): DecodedText {
  return decodeText(bytes.subarray(0, (maxTextChars + 1) * MAX_BYTES_PER_CHAR), declared);
}
