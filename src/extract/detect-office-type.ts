import { extname } from 'node:path';
import { permanent } from '../domain/failure.ts';
import { unsupported } from './unsupported.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
/** Office XML shrinks to a tenth, rarely a fiftieth; a bomb to a thousandth. */
const MAX_RATIO = 200;
/** Below this no ratio is absurd. */
const HARMLESS_BYTES = 64 * 1024 * 1024;

export const officeTypes = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
} as const;

/** The type of a zip file by its directory, opened only when its unpacked size is sane. */
export function detectOfficeType(bytes: Buffer, name: string): string {
  const entries = readZipDirectory(bytes);
  if (entries === null) {
    if (extname(name).toLowerCase().slice(1) in officeTypes) {
      throw permanent('corrupt', 'The document is damaged or cut off: its table of contents is missing.', {
        stage: 'extract',
      });
    }
    throw unsupported('application/zip', name);
  }
  const type = typeOf(entries);
  if (type === null) throw unsupported(declaredType(bytes, entries), name);
  if (entries.some((entry) => entry.isEncrypted)) {
    throw permanent('encrypted', 'The document is protected by a password.', { stage: 'extract' });
  }
  refuseBomb(entries, bytes.length);
  return type;
}

function typeOf(entries: ZipEntry[]): string | null {
  const names = new Set(
    entries.map((entry) => entry.name.replaceAll('\\', '/').replace(/^\//, '').toLowerCase()),
  );
  if (!names.has('[content_types].xml')) return null;
  if (hasPart(names, /^word\/document\d*\.xml$/)) return officeTypes.docx;
  if (hasPart(names, /^xl\/workbook\d*\.xml$/)) return officeTypes.xlsx;
  if (hasPart(names, /^ppt\/presentation\d*\.xml$/)) return officeTypes.pptx;
  return null;
}

function hasPart(names: Set<string>, pattern: RegExp): boolean {
  for (const name of names) if (pattern.test(name)) return true;
  return false;
}

/** OpenDocument and EPUB files name their type in an entry of their own. */
function declaredType(bytes: Buffer, entries: ZipEntry[]): string {
  const entry = entries.find(({ name }) => name === 'mimetype');
  const declared = readZipText(bytes, entry, 200)?.trim();
  return declared !== undefined && /^[\w.+/-]+$/.test(declared) ? declared : 'application/zip';
}

function refuseBomb(entries: ZipEntry[], sizeBytes: number): void {
  const unpackedBytes = entries.reduce((sum, entry) => sum + entry.uncompressedBytes, 0);
  const isBomb = unpackedBytes > HARMLESS_BYTES && unpackedBytes > sizeBytes * MAX_RATIO;
  if (!isBomb && unpackedBytes <= MAX_UNPACKED_BYTES) return;
  const message = `The document would unpack from ${sizeBytes} to ${unpackedBytes} bytes.`;
  throw permanent('too_large', message, { stage: 'extract', context: { sizeBytes, unpackedBytes } });
}
