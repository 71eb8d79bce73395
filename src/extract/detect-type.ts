import { extname } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import { permanent } from '../domain/failure.ts';
import { detectCompoundType, isCompoundFile } from './detect-compound-type.ts';
import { detectTextType } from './detect-text-type.ts';
import { detectZipType } from './detect-zip-type.ts';
import { binaryFormats } from './formats.ts';
import { isSurelyText, looksLikeText } from './looks-like-text.ts';
import { isReadable } from './readers.ts';
import type { UnpackLimits } from './refuse-bomb.ts';
import { isTar } from './tar-entries.ts';
import { unsupported } from './unsupported.ts';

/** A PDF may have some bytes before its header. */
const PDF_HEADER_WITHIN = 1024;
const binaryEndings = new Set(binaryFormats.flatMap(({ extensions }) => extensions));

/**
 * The MIME type of the first set that this content has: by content first, by name where content says nothing.
 * Throws `unsupported_type`, `encrypted`, `corrupt`, `archive_bomb` or `too_many_entries`.
 */
export async function detectType(bytes: Buffer, name: string, limits: UnpackLimits): Promise<string> {
  // Before PDF, whose header may come late: the first file of an archive may be one.
  if (startsWith(bytes, 'PK\x03\x04')) return detectZipType(bytes, name, limits);
  if (isTar(bytes)) return 'application/x-tar';
  if (startsWith(bytes, '\x1f\x8b\x08')) return 'application/gzip';
  if (bytes.subarray(0, PDF_HEADER_WITHIN).includes('%PDF-')) return 'application/pdf';
  if (isCompoundFile(bytes)) return detectCompoundType(bytes, name);
  if (startsWith(bytes, '{\\rtf')) return 'application/rtf';
  if (isSurelyText(bytes)) return readableOrThrow(detectTextType(bytes, name), name);
  const found = await fileTypeFromBuffer(bytes);
  // After the magic numbers: compressed bytes can look like a script that has most of all characters.
  if (found === undefined && looksLikeText(bytes)) {
    return readableOrThrow(detectTextType(bytes, name), name);
  }
  if (found === undefined && binaryEndings.has(extname(name).toLowerCase().slice(1))) {
    const message = `The content is not what the name \`${name}\` promises: the file is damaged.`;
    throw permanent('corrupt', message, { stage: 'extract' });
  }
  return readableOrThrow(found?.mime ?? null, name);
}

function readableOrThrow(mimeType: string | null, name: string): string {
  if (mimeType === null || !isReadable(mimeType)) throw unsupported(mimeType, name);
  return mimeType;
}

function startsWith(bytes: Buffer, signature: string): boolean {
  return bytes.subarray(0, signature.length).equals(Buffer.from(signature, 'latin1'));
}
