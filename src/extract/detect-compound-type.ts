import { extname } from 'node:path';
import { permanent } from '../domain/failure.ts';
import { unsupported } from './unsupported.ts';

/** The stream that only this format has, in the order in which they are looked for. */
const streams: readonly [name: string, mimeType: string][] = [
  ['__properties_version1.0', 'application/vnd.ms-outlook'],
  ['WordDocument', 'application/msword'],
  ['PowerPoint Document', 'application/vnd.ms-powerpoint'],
  ['Workbook', 'application/vnd.ms-excel'],
  ['Book', 'application/vnd.ms-excel'],
];
const SIGNATURE = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
const ENTRY_BYTES = 128;

/** Whether the bytes are a compound file: old Office files, Outlook messages, and encrypted new Office files. */
export function isCompoundFile(bytes: Buffer): boolean {
  return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/** The type of a compound file by the names in its directory. Throws `encrypted`, `corrupt` or `unsupported_type`. */
export function detectCompoundType(bytes: Buffer, name: string): string {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) {
    throw permanent('encrypted', 'The document is protected by a password.', { stage: 'extract' });
  }
  const found = streams.find(([stream]) => hasEntry(bytes, stream))?.[1];
  if (found !== undefined) return found;
  if (!/^\.(?:doc|dot|xls|xlt|ppt|pps|pot|msg)$/i.test(extname(name))) {
    throw unsupported('application/x-cfb', name);
  }
  const message = 'The document is damaged or cut off: its table of contents is missing.';
  throw permanent('corrupt', message, { stage: 'extract' });
}

/** Directory entries are 128 bytes at a multiple of 128, each with its name in front and the name's length at 64. */
function hasEntry(bytes: Buffer, name: string): boolean {
  const wanted = Buffer.from(`${name}\0`, 'utf16le');
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
    const isAligned = at % ENTRY_BYTES === 0 && at + ENTRY_BYTES <= bytes.length;
    if (isAligned && bytes.readUInt16LE(at + 64) === wanted.length) return true;
  }
  return false;
}
