import { markupAsides } from './asides/markup-asides.ts';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import type { Draft, ReaderInput } from './draft.ts';
import type { Member } from './member.ts';
import { memberPaths } from './member-paths.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';

/** A mail, whatever file it came in. Addresses are ready to print; absent fields are empty. */
export interface MailContent {
  from: string;
  to: string;
  cc: string;
  bcc: string;
  /** As the mail says it. */
  date: string;
  subject: string;
  text: string;
  html: string;
  attachments: MailAttachment[];
  isEncrypted: boolean;
}

export interface MailAttachment {
  name: string;
  mimeType: string;
  sizeBytes: number;
  /** A picture that the HTML shows, no document of its own. */
  isInline: boolean;
  read: () => Buffer;
}

type BodyLimits = Pick<ReaderInput, 'maxTextChars' | 'maxDepth'>;

/** Header, body and the list of attachments, each a part. Throws `encrypted` when nothing else can be read. */
export function mailDraft(mail: MailContent, limits: BodyLimits): Draft {
  const body = mailBody(mail, limits);
  if (body === '' && mail.isEncrypted) {
    throw permanent('encrypted', 'The mail is encrypted.', { stage: 'extract' });
  }
  const attachments = attachmentList(mail);
  const sentAt = Date.parse(mail.date);
  return {
    parts: [
      { kind: 'header', label: 'Header', markdown: mailHeader(mail) },
      { kind: 'body', label: mail.subject === '' ? 'Body' : mail.subject, markdown: body },
      ...(attachments === ''
        ? []
        : [{ kind: 'attachment' as const, label: 'Attachments', markdown: attachments }]),
    ],
    metadata: {
      ...(mail.subject === '' ? {} : { title: mail.subject }),
      ...(mail.from === '' ? {} : { author: mail.from }),
      ...(Number.isNaN(sentAt) ? {} : { createdAt: new Date(sentAt).toISOString() }),
    },
    asides: markupAsides(mail.html.slice(0, limits.maxTextChars)),
    members: attachedMembers(mail.attachments),
    images: mail.attachments
      .filter(({ mimeType }) => mimeType.startsWith('image/'))
      .map(({ name, mimeType }, index) => ({ name: name === '' ? `image ${index + 1}` : name, mimeType })),
  };
}

/** What says that a mail is genuine is no document. */
const SIGNATURE = /^application\/(x-)?pkcs7-signature$|^application\/pgp-(signature|keys|encrypted)$/i;

/** The attachments that are documents of their own. */
export function attachedMembers(attachments: readonly MailAttachment[]): Member[] {
  const wanted = attachments.filter(({ isInline, mimeType }) => !isInline && !SIGNATURE.test(mimeType));
  const paths = memberPaths(wanted.map(({ name, mimeType }, index) => attachedName(name, mimeType, index)));
  return wanted.map(({ mimeType, sizeBytes, read }, index) => ({
    path: paths[index]!,
    mimeType,
    sizeBytes,
    read,
  }));
}

/** A file name is no path here: mail programs show only its end. */
function attachedName(name: string, mimeType: string, index: number): string {
  const base = name.split(/[\\/]/).at(-1)!.trim();
  if (base !== '' && base !== '..' && base !== '.') return base;
  const ending = mimeTypes.extension(mimeType);
  return `attachment-${index + 1}${ending === false ? '' : `.${ending}`}`;
}

export function mailHeader(mail: MailContent): string {
  const lines: [string, string][] = [
    ['From', mail.from],
    ['To', mail.to],
    ['Cc', mail.cc],
    ['Bcc', mail.bcc],
    ['Date', mail.date],
    ['Subject', mail.subject],
  ];
  return lines
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `**${name}:** ${value}  `)
    .join('\n');
}

/** The plain text, or the HTML as Markdown when there is none. */
export function mailBody({ text, html }: MailContent, { maxTextChars, maxDepth }: BodyLimits): string {
  const plain = text.trim();
  return plain === '' ? htmlToMarkdown(html.slice(0, maxTextChars), maxDepth).markdown.trim() : plain;
}

export function attachmentList({ attachments }: MailContent): string {
  const lines = attachments
    .filter(({ isInline }) => !isInline)
    .map(
      ({ name, mimeType, sizeBytes }) =>
        `- ${name === '' ? 'without a name' : name} (${mimeType}, ${sizeBytes} bytes)`,
    );
  return lines.length === 0 ? '' : ['Attachments:', '', ...lines].join('\n');
}
