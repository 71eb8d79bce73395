import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { attachedMembers, attachmentList, mailBody, mailHeader } from './mail-markdown.ts';
import type { Member } from './member.ts';
import { parseMail } from './parse-mail.ts';

const FROM_LINE = Buffer.from('\nFrom ');

/** A mailbox: one part per mail, in the order of the file. An attachment is called by the number of its mail and its name. */
export async function readMbox(input: ReaderInput): Promise<Draft> {
  const { bytes, maxTextChars, onProgress } = input;
  const parts: DraftPart[] = [];
  const members: Member[] = [];
  let characters = 0;
  let encrypted = 0;
  for (const message of messages(bytes)) {
    onProgress();
    const mail = await parseMail(message);
    const body = mailBody(mail, input);
    if (body === '' && mail.isEncrypted) encrypted += 1;
    const subject = mail.subject === '' ? 'Without a subject' : mail.subject;
    const pieces = [`## ${subject}`, mailHeader(mail), body, attachmentList(mail)];
    const markdown = pieces.filter((piece) => piece !== '').join('\n\n');
    parts.push({ kind: 'message', label: subject, markdown });
    for (const member of attachedMembers(mail.attachments)) {
      members.push({ ...member, path: `${parts.length}/${member.path}` });
    }
    characters += markdown.length;
    if (characters > maxTextChars) break;
  }
  return {
    parts,
    members,
    warnings: encrypted > 0 ? [`${encrypted} of ${parts.length} mails are encrypted`] : [],
  };
}

/** Without the `From ` lines between them; `>From ` at the start of a line was `From ` in the mail. */
function* messages(bytes: Buffer): Generator<Buffer> {
  let start = bytes.subarray(0, 5).toString('latin1') === 'From ' ? 0 : -1;
  if (start < 0) start = bytes.indexOf(FROM_LINE) + 1;
  while (start < bytes.length) {
    const next = nextFromLine(bytes, start);
    const lineEnd = bytes.indexOf(0x0a, start);
    if (lineEnd < 0) return;
    const message = bytes.subarray(lineEnd + 1, next);
    yield message.includes('\n>From ')
      ? Buffer.from(message.toString('latin1').replace(/^>(>*From )/gm, '$1'), 'latin1')
      : message;
    start = next;
  }
}

/** A line of a text may begin with `From ` too: a mail follows only where it ends with a year and headers come next. */
function nextFromLine(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(FROM_LINE, from); at >= 0; at = bytes.indexOf(FROM_LINE, at + 1)) {
    const lines = bytes.toString('latin1', at + 1, at + 600);
    if (/^From \S.*\d{4}.*\r?\n[\w-]+:/.test(lines)) return at + 1;
  }
  return bytes.length;
}
