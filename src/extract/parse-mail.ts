import PostalMime from 'postal-mime';
import type { Address, Attachment } from 'postal-mime';
import type { MailAttachment, MailContent } from './mail-markdown.ts';

const ENCRYPTED = ['application/pkcs7-mime', 'application/x-pkcs7-mime', 'application/pgp-encrypted'];

/** A mail in the format of the network (RFC 5322). */
export async function parseMail(bytes: Uint8Array | string): Promise<MailContent> {
  const mail = await PostalMime.parse(bytes);
  return {
    from: addresses(mail.from === undefined ? [] : [mail.from]),
    to: addresses(mail.to),
    cc: addresses(mail.cc),
    bcc: addresses(mail.bcc),
    date: mail.date ?? '',
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    attachments: mail.attachments.map(attachment),
    isEncrypted: mail.attachments.some(({ mimeType }) => ENCRYPTED.includes(mimeType)),
  };
}

function attachment({ filename, mimeType, content, related }: Attachment): MailAttachment {
  return {
    name: filename ?? '',
    mimeType,
    sizeBytes: typeof content === 'string' ? content.length : content.byteLength,
    isInline: related === true,
    read: () => (typeof content === 'string' ? Buffer.from(content) : asBuffer(content)),
  };
}

function asBuffer(content: ArrayBuffer | Uint8Array): Buffer {
  return content instanceof Uint8Array
    ? Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    : Buffer.from(content);
}

function addresses(list: Address[] | undefined): string {
  return (list ?? [])
    .flatMap((address): string[] => {
      if (address.group !== undefined) return [`${address.name}: ${addresses(address.group)}`];
      return [address.name === '' ? address.address : `${address.name} <${address.address}>`];
    })
    .join(', ');
}
