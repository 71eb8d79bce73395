import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { mailDraft } from './mail-markdown.ts';
import { parseMail } from './parse-mail.ts';

/** One mail: its header, its text (or its HTML as Markdown) and the list of its attachments, which are not opened. */
export async function readEml(input: ReaderInput): Promise<Draft> {
  return mailDraft(await parseMail(mailBytes(input)), input);
}

/** A mail is bytes with an encoding per part; saved as UTF-16 it has become text, and is made bytes again. */
function mailBytes(input: ReaderInput): Uint8Array {
  const [first, second] = input.bytes;
  if (first !== 0xff && first !== 0xfe && first !== 0 && second !== 0) return input.bytes;
  return Buffer.from(decodeInput(input).text);
}
