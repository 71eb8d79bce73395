import { crc32 } from 'node:zlib';
import { readZipDirectory, readZipText } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const LOCAL_HEADER_BYTES = 30;
const DIRECTORY_HEADER_BYTES = 46;

/**
 * The zip file with some of its text entries changed; these are stored unpacked, all others are copied as they are.
 * Entries whose text is above `maxBytes` stay as they are. Gives back the same bytes when nothing changed.
 */
export function patchZip(
  bytes: Buffer,
  isWanted: (name: string) => boolean,
  change: (text: string) => string,
  maxBytes: number,
): Buffer {
  const entries = readZipDirectory(bytes) ?? [];
  const changed = new Map<ZipEntry, Buffer>();
  for (const entry of entries) {
    const text = isWanted(entry.name) ? readZipText(bytes, entry, maxBytes) : null;
    const patched = text === null ? null : change(text);
    if (patched !== null && patched !== text) changed.set(entry, Buffer.from(patched));
  }
  return changed.size === 0 ? bytes : writeZip(bytes, entries, changed);
}

function writeZip(bytes: Buffer, entries: ZipEntry[], changed: Map<ZipEntry, Buffer>): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const stored = changed.get(entry);
    const content = stored ?? packedContent(bytes, entry);
    const name = Buffer.from(entry.name);
    const facts = {
      method: stored === undefined ? entry.method : 0,
      crc: stored === undefined ? entry.crc : crc32(stored),
      compressedBytes: content.length,
      uncompressedBytes: stored === undefined ? entry.uncompressedBytes : stored.length,
    };
    const local = Buffer.alloc(LOCAL_HEADER_BYTES);
    local.writeUInt32LE(0x04034b50, 0);
    writeFacts(local, 4, facts, name.length);
    const header = Buffer.alloc(DIRECTORY_HEADER_BYTES);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(20, 4);
    writeFacts(header, 6, facts, name.length);
    header.writeUInt32LE(offset, 42);
    files.push(local, name, content);
    directory.push(header, name);
    offset += local.length + name.length + content.length;
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directoryBytes, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

interface EntryFacts {
  method: number;
  crc: number;
  compressedBytes: number;
  uncompressedBytes: number;
}

/** The fields that local and directory headers share, from "version needed" on; names are UTF-8. */
function writeFacts(header: Buffer, at: number, facts: EntryFacts, nameBytes: number): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(0x0800, at + 2);
  header.writeUInt16LE(facts.method, at + 4);
  header.writeUInt32LE(facts.crc, at + 10);
  header.writeUInt32LE(facts.compressedBytes, at + 14);
  header.writeUInt32LE(facts.uncompressedBytes, at + 18);
  header.writeUInt16LE(nameBytes, at + 22);
}

function packedContent(bytes: Buffer, entry: ZipEntry): Buffer {
  const at = entry.headerOffset;
  const start = at + LOCAL_HEADER_BYTES + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
  return bytes.subarray(start, start + entry.compressedBytes);
}
