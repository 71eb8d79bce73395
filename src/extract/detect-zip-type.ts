import { extname } from 'node:path';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import { refuseBomb } from './refuse-bomb.ts';
import { refuseLies } from './refuse-lies.ts';
import type { UnpackLimits } from './refuse-bomb.ts';
import { unsupported } from './unsupported.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';
import { zipTypes } from './zip-types.ts';

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** What the `mimetype` entry may say; templates are read as the document that they are for. */
const declarable: ReadonlySet<string> = new Set([zipTypes.odt, zipTypes.ods, zipTypes.odp, zipTypes.epub]);

/** The type of a zip file by its directory, opened only when its unpacked size is sane. */
export function detectZipType(bytes: Buffer, name: string, limits: UnpackLimits): string {
  const entries = readZipDirectory(bytes);
  if (entries === null) {
    if (extname(name).toLowerCase() === '.zip') {
      throw permanent('corrupt', 'The archive is damaged or cut off: its table of contents is missing.', {
        stage: 'extract',
      });
    }
    if (extname(name).toLowerCase().slice(1) in zipTypes) {
      throw permanent('corrupt', 'The document is damaged or cut off: its table of contents is missing.', {
        stage: 'extract',
      });
    }
    throw unsupported('application/zip', name);
  }
  const declared = declaredType(bytes, entries);
  const type = officeType(entries) ?? (declarable.has(declared ?? '') ? declared : null);
  if (type === null) {
    // Pages, Numbers, Java archives are known by their names only.
    const named = declared ?? (mimeTypes.lookup(name) || 'application/zip');
    if (named !== 'application/zip' && named !== 'application/octet-stream') throw unsupported(named, name);
    refuseBomb(entries, bytes.length, limits);
    return 'application/zip';
  }
  if (entries.some((entry) => entry.isEncrypted) || isEncryptedOdf(bytes, entries)) {
    throw permanent('encrypted', 'The document is protected by a password.', { stage: 'extract' });
  }
  refuseBomb(entries, bytes.length, limits);
  refuseLies(bytes, entries);
  return type;
}

function officeType(entries: ZipEntry[]): string | null {
  const names = entries.map((entry) => entry.name.replaceAll('\\', '/').replace(/^\//, '').toLowerCase());
  if (!names.includes('[content_types].xml')) return null;
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^word\/document\d*\.xml$/)) return zipTypes.docx;
  if (has(/^xl\/workbook\d*\.xml$/)) return zipTypes.xlsx;
  if (has(/^xl\/workbook\d*\.bin$/)) return zipTypes.xlsb;
  if (has(/^ppt\/presentation\d*\.xml$/)) return zipTypes.pptx;
  return null;
}

/** OpenDocument and EPUB files name their type in an entry of their own. */
function declaredType(bytes: Buffer, entries: ZipEntry[]): string | null {
  const entry = entries.find(({ name }) => name === 'mimetype');
  const declared = readZipText(bytes, entry, 200)
    ?.trim()
    .replace(/-template$/, '');
  return declared !== undefined && /^[\w.+/-]+$/.test(declared) ? declared : null;
}

/** OpenDocument encrypts the content of its entries and says so in its manifest. */
function isEncryptedOdf(bytes: Buffer, entries: ZipEntry[]): boolean {
  const manifest = entries.find(({ name }) => name === 'META-INF/manifest.xml');
  return readZipText(bytes, manifest, MAX_MANIFEST_BYTES)?.includes('encryption-data') ?? false;
}
