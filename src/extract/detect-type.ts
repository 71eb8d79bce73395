import { extname } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import { detectOfficeType } from './detect-office-type.ts';
import { detectTextType } from './detect-text-type.ts';
import { looksLikeText } from './looks-like-text.ts';
import { unsupported } from './unsupported.ts';

/** A PDF may have some bytes before its header. */
const PDF_HEADER_WITHIN = 1024;

/**
 * The MIME type of the first set that this content has: by content first, by name where content says nothing.
 * Throws `unsupported_type`, `encrypted`, `corrupt` or `too_large`.
 */
export async function detectType(bytes: Buffer, name: string): Promise<string> {
  if (bytes.subarray(0, PDF_HEADER_WITHIN).includes('%PDF-')) return 'application/pdf';
  if (bytes.subarray(0, 4).equals(Buffer.from('PK\x03\x04', 'latin1'))) return detectOfficeType(bytes, name);
  if (bytes.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0])))
    throw compoundFileFailure(bytes, name);
  if (bytes.subarray(0, 5).equals(Buffer.from('{\\rtf', 'latin1')))
    throw unsupported('application/rtf', name);
  if (looksLikeText(bytes)) {
    const type = detectTextType(bytes, name);
    if (type === 'image/svg+xml') throw unsupported(type, name);
    return type;
  }
  const found = await fileTypeFromBuffer(bytes);
  if (found === undefined && isNamedLikeFirstSet(name)) {
    const message = `The content is not what the name \`${name}\` promises: the file is damaged.`;
    throw permanent('corrupt', message, { stage: 'extract' });
  }
  throw unsupported(found?.mime ?? null, name);
}

/** The container of old Office files and Outlook messages, and of encrypted new ones. */
function compoundFileFailure(bytes: Buffer, name: string): Error {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    return permanent('encrypted', 'The document is protected by a password.', { stage: 'extract' });
  }
  return unsupported(mimeTypes.lookup(name) || 'application/x-cfb', name);
}

function isNamedLikeFirstSet(name: string): boolean {
  return ['.pdf', '.docx', '.xlsx', '.pptx'].includes(extname(name).toLowerCase());
}
