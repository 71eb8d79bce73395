import PostalMime from 'postal-mime';
import type { Address, Attachment, Email } from 'postal-mime';
import { permanent } from '../domain/failure.ts';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';

/** One mail: its header, its text (or its HTML as Markdown) and the list of its attachments, which are not opened. */
export async function readEml(input: ReaderInput): Promise<Draft> {
  const mail = await PostalMime.parse(mailBytes(input));
  const body = bodyOf(mail, input.maxTextChars);
  const attachments = mail.attachments.filter(({ related }) => related !== true);
  if (body === '' && mail.attachments.some(isEncryptedPart)) {
    throw permanent('encrypted', 'The mail is encrypted.', { stage: 'extract' });
  }
  const sentAt = Date.parse(mail.date ?? '');
  const author = addresses(mail.from === undefined ? [] : [mail.from]);
  return {
    parts: [
      { kind: 'header', label: 'Header', markdown: headerOf(mail) },
      { kind: 'body', label: mail.subject ?? 'Body', markdown: body },
      ...(attachments.length === 0
        ? []
        : [{ kind: 'attachment' as const, label: 'Attachments', markdown: attachmentList(attachments) }]),
    ],
    metadata: {
      ...(mail.subject === undefined || mail.subject === '' ? {} : { title: mail.subject }),
      ...(author === '' ? {} : { author }),
      ...(Number.isNaN(sentAt) ? {} : { createdAt: new Date(sentAt).toISOString() }),
    },
    images: mail.attachments
      .filter(({ mimeType }) => mimeType.startsWith('image/'))
      .map(({ filename, mimeType }, index) => ({ name: filename ?? `image ${index + 1}`, mimeType })),
  };
}

/** A mail is bytes with an encoding per part; saved as UTF-16 it has become text, and is made bytes again. */
function mailBytes(input: ReaderInput): Uint8Array {
  const [first, second] = input.bytes;
  if (first !== 0xff && first !== 0xfe && first !== 0 && second !== 0) return input.bytes;
  return Buffer.from(decodeInput(input).text);
}

function headerOf(mail: Email): string {
  const lines: [string, string][] = [
    ['From', addresses(mail.from === undefined ? [] : [mail.from])],
    ['To', addresses(mail.to)],
    ['Cc', addresses(mail.cc)],
    ['Date', mail.date ?? ''],
    ['Subject', mail.subject ?? ''],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `**${name}:** ${value}  `)
    .join('\n');
}

function bodyOf(mail: Email, maxTextChars: number): string {
  const text = mail.text?.trim() ?? '';
  if (text !== '') return text;
  return htmlToMarkdown((mail.html ?? '').slice(0, maxTextChars)).markdown.trim();
}

function addresses(list: Address[] | undefined): string {
  return (list ?? [])
    .flatMap((address): string[] => {
      if (address.group !== undefined) return [`${address.name}: ${addresses(address.group)}`];
      return [address.name === '' ? address.address : `${address.name} <${address.address}>`];
    })
    .join(', ');
}

function attachmentList(attachments: Attachment[]): string {
  const lines = attachments.map(
    ({ filename, mimeType, content }) =>
      `- ${filename ?? 'without a name'} (${mimeType}, ${typeof content === 'string' ? content.length : content.byteLength} bytes)`,
  );
  return ['Attachments:', '', ...lines].join('\n');
}

function isEncryptedPart({ mimeType }: Attachment): boolean {
  return ['application/pkcs7-mime', 'application/x-pkcs7-mime', 'application/pgp-encrypted'].includes(
    mimeType,
  );
}
