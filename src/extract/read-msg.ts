import MsgReader from '@kenjiuno/msgreader';
import type { FieldsData } from '@kenjiuno/msgreader';
import { permanent } from '../domain/failure.ts';
import { decodeText } from './decode-text.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { mailDraft } from './mail-markdown.ts';
import type { MailAttachment } from './mail-markdown.ts';

/** A mail (or appointment, contact, task) saved by Outlook. */
export function readMsg(input: ReaderInput): Draft {
  const { bytes } = input;
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const reader = new MsgReader.default(buffer);
  const mail = reader.getFileData();
  if (mail.error !== undefined) {
    throw permanent('corrupt', `The message is damaged or cut off (${mail.error}).`, { stage: 'extract' });
  }
  const recipients = mail.recipients ?? [];
  const attachments = (mail.attachments ?? []).map((data) => attachment(data, reader));
  return mailDraft(
    {
      from: address(mail.senderName, mail.senderSmtpAddress ?? mail.senderEmail),
      to: listOf(recipients, 'to'),
      cc: listOf(recipients, 'cc'),
      bcc: listOf(recipients, 'bcc'),
      date: isoDate(mail.clientSubmitTime ?? mail.messageDeliveryTime),
      subject: mail.subject ?? '',
      text: mail.body ?? '',
      html: htmlOf(mail),
      attachments,
      isEncrypted: isEncrypted(mail, attachments),
    },
    input,
  );
}

function attachment(data: FieldsData, reader: MsgReader.default): MailAttachment {
  return {
    name: data.fileName ?? data.name ?? data.innerMsgContentFields?.subject ?? '',
    mimeType:
      data.attachMimeTag ??
      (data.innerMsgContent === true ? 'application/vnd.ms-outlook' : 'application/octet-stream'),
    sizeBytes: data.contentLength ?? 0,
    isInline: data.attachmentHidden === true,
    read: () => Buffer.from(reader.getAttachment(data).content),
  };
}

function htmlOf({ bodyHtml, html }: FieldsData): string {
  if (bodyHtml !== undefined) return bodyHtml;
  return html === undefined ? '' : decodeText(html).text;
}

function isEncrypted({ messageClass }: FieldsData, attachments: MailAttachment[]): boolean {
  const isSecure = /^IPM\.Note\.SMIME(?!\.MultipartSigned)/i.test(messageClass ?? '');
  return isSecure || attachments.some(({ mimeType }) => mimeType === 'application/pgp-encrypted');
}

function listOf(recipients: FieldsData[], type: 'to' | 'cc' | 'bcc'): string {
  return recipients
    .filter(({ recipType }) => recipType === type)
    .map(({ name, smtpAddress, email }) => address(name, smtpAddress ?? email))
    .filter((text) => text !== '')
    .join(', ');
}

function address(name = '', email = ''): string {
  if (name === '' || name === email) return email;
  return email === '' ? name : `${name} <${email}>`;
}

function isoDate(text = ''): string {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : new Date(time).toISOString();
}
