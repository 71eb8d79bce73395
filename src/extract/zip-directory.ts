import { inflateRawSync } from 'node:zlib';

export interface ZipEntry {
  name: string;
  compressedBytes: number;
  /** As declared; a hostile file may lie. */
  uncompressedBytes: number;
  isEncrypted: boolean;
  /** With AES encryption: its strength (1 to 3) and the method inside it; else null. */
  aes: { strength: number; method: number } | null;
  /** What the last byte before the content must be when a password is right. */
  checkByte: number;
  method: number;
  crc: number;
  headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
/** The end record and its longest comment. */
const END_SEARCH_BYTES = 65_557;
/** Above any limit that makes sense: what counts entries sees that there are too many. */
const MAX_ENTRIES = 200_000;

/** The entries of a zip file's directory, without opening any; null when the directory is damaged or cut off. */
export function readZipDirectory(bytes: Buffer): ZipEntry[] | null {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end < bytes.length - END_SEARCH_BYTES || end + 22 > bytes.length) return null;
  if (bytes.readUInt32LE(end) !== END_SIGNATURE) return null;
  const entries: ZipEntry[] = [];
  const count = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < Math.min(count, MAX_ENTRIES); index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) return null;
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    const extra = bytes.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    entries.push({
      name: nameOf(bytes.subarray(at + 46, at + 46 + nameLength)),
      isEncrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      aes: aesOf(extra),
      // Of the time, when the checksum was not known yet.
      checkByte: (bytes.readUInt16LE(at + 8) & 8) === 0 ? bytes.readUInt8(at + 19) : bytes.readUInt8(at + 13),
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      ...wideNumbers(extra, {
        uncompressedBytes: bytes.readUInt32LE(at + 24),
        compressedBytes: bytes.readUInt32LE(at + 20),
        headerOffset: bytes.readUInt32LE(at + 42),
      }),
    });
    at += 46 + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const western = new TextDecoder('windows-1252');

/** Programs forget to say that a name is UTF-8; bytes that are no UTF-8 come from older ones. */
function nameOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return western.decode(bytes);
  }
}

type Numbers = Pick<ZipEntry, 'uncompressedBytes' | 'compressedBytes' | 'headerOffset'>;

function aesOf(extra: Buffer): ZipEntry['aes'] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x9901 || at + 11 > extra.length) continue;
    return { strength: extra.readUInt8(at + 8), method: extra.readUInt16LE(at + 9) };
  }
  return null;
}

/** Zip64: what is all ones stands, in this order, in an extra field of its own. */
function wideNumbers(extra: Buffer, numbers: Numbers): Numbers {
  const wide = { ...numbers };
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001) continue;
    let from = at + 4;
    for (const key of ['uncompressedBytes', 'compressedBytes', 'headerOffset'] as const) {
      if (wide[key] !== 0xffffffff || from + 8 > extra.length) continue;
      wide[key] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
    break;
  }
  return wide;
}

/** What an entry holds, still packed; null when it is not where the directory says. */
export function packedBytes(bytes: Buffer, { headerOffset: at, compressedBytes }: ZipEntry): Buffer | null {
  if (at + 30 > bytes.length || bytes.readUInt32LE(at) !== 0x04034b50) return null;
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  return start + compressedBytes > bytes.length ? null : bytes.subarray(start, start + compressedBytes);
}

/** One entry's content as text, or null when it is absent, damaged or above `maxBytes`. */
export function readZipText(bytes: Buffer, entry: ZipEntry | undefined, maxBytes: number): string | null {
  if (entry === undefined || entry.isEncrypted) return null;
  try {
    const at = entry.headerOffset;
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    const packed = bytes.subarray(start, start + entry.compressedBytes);
    if (entry.method === 0) return packed.length > maxBytes ? null : packed.toString('utf8');
    return inflateRawSync(packed, { maxOutputLength: maxBytes }).toString('utf8');
  } catch {
    return null;
  }
}
