import { permanent } from '../domain/failure.ts';

export interface TarEntry {
  name: string;
  start: number;
  sizeBytes: number;
}

const BLOCK = 512;

/** Whether these bytes begin with the header of a tar file: its checksum says so, whatever the dialect. */
export function isTar(bytes: Buffer): boolean {
  return bytes.length >= BLOCK && bytes[0] !== 0 && checksumFits(bytes.subarray(0, BLOCK));
}

/** The plain files of a tar file (ustar, PAX, GNU) in their order. Links and devices are left out, and counted. */
export function readTarEntries(bytes: Buffer, maxEntries: number): { files: TarEntry[]; leftOut: number } {
  const files: TarEntry[] = [];
  let leftOut = 0;
  let longName: string | null = null;
  let longSize: number | null = null;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header[0] === 0 && header.every((byte) => byte === 0)) break;
    if (!checksumFits(header)) throw damaged();
    const type = String.fromCharCode(header[156]!);
    const start = at + BLOCK;
    const isExtension = 'xgLK'.includes(type);
    const sizeBytes: number = isExtension ? octal(header, 124, 12) : (longSize ?? octal(header, 124, 12));
    if (!Number.isSafeInteger(sizeBytes) || start + sizeBytes > bytes.length) throw damaged();
    at = start + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    if (isExtension) {
      const content = bytes.subarray(start, start + sizeBytes);
      if (type === 'L') longName = textOf(content);
      if (type === 'x') {
        const records = paxRecords(content);
        longName = records.get('path') ?? longName;
        longSize = records.has('size') ? Number(records.get('size')) : longSize;
      }
      continue;
    }
    if (type === '0' || type === '\0' || type === '7') {
      const name = longName ?? ustarName(header);
      if (!name.endsWith('/')) files.push({ name, start, sizeBytes });
    } else if (type !== '5') leftOut += 1;
    longName = null;
    longSize = null;
    if (files.length > maxEntries) break;
  }
  return { files, leftOut };
}

function checksumFits(header: Buffer): boolean {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index += 1) {
    if (index < 148 || index >= 156) sum += header[index]!;
  }
  return octal(header, 148, 8) === sum;
}

function ustarName(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? textOf(header.subarray(345, 500)) : '';
  // GNU keeps times where POSIX has the prefix.
  const isGnu = header.toString('latin1', 262, 264) === ' \0' || header.toString('latin1', 262, 264) === '  ';
  const name = textOf(header.subarray(0, 100));
  return prefix === '' || isGnu ? name : `${prefix}/${name}`;
}

/** Octal digits, or a binary number where the first bit is set (GNU). */
function octal(header: Buffer, at: number, length: number): number {
  if ((header[at]! & 0x80) !== 0) {
    const wide = header.subarray(at + 1, at + length);
    return wide.reduce((value, byte) => value * 256 + byte, header[at]! & 0x7f);
  }
  const digits = header.toString('latin1', at, at + length).replace(/[\0 ].*$/s, '') || '0';
  return /^[0-7]+$/.test(digits.trim()) ? Number.parseInt(digits, 8) : octalAfterSpaces(header, at, length);
}

function octalAfterSpaces(header: Buffer, at: number, length: number): number {
  const digits = /^ *([0-7]+)/.exec(header.toString('latin1', at, at + length))?.[1];
  return digits === undefined ? Number.NaN : Number.parseInt(digits, 8);
}

/** Lines of `<length> <key>=<value>`. */
function paxRecords(content: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const length = Number(content.toString('latin1', at, space));
    if (space < 0 || !(length > 0) || at + length > content.length) break;
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

function damaged(): Error {
  return permanent('corrupt', 'The archive is damaged or cut off.', { stage: 'extract' });
}
