import { crc32, inflateRawSync } from 'node:zlib';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import { archiveDraft } from './archive-draft.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { inflate } from './inflate.ts';
import { isWorthReading } from './junk-names.ts';
import type { Member } from './member.ts';
import { memberPaths } from './member-paths.ts';
import { packedBytes, readZipDirectory } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

/** A zip file that is no document: the list of what lies in it, which is not unpacked here. */
export function readZip(input: ReaderInput): Draft {
  return archiveDraft(zipMembers(input.bytes, input), input);
}

function zipMembers(bytes: Buffer, { maxParsedBytes }: ReaderInput): Member[] {
  const entries = (readZipDirectory(bytes) ?? []).filter(
    ({ name }) => !/[\\/]$/.test(name) && isWorthReading(name),
  );
  const paths = memberPaths(entries.map(({ name }) => name));
  return entries.map((entry, index) => ({
    path: paths[index]!,
    mimeType: mimeTypes.lookup(paths[index]!) || 'application/octet-stream',
    sizeBytes: entry.uncompressedBytes,
    read: () => unpack(bytes, entry, maxParsedBytes),
  }));
}

function unpack(bytes: Buffer, entry: ZipEntry, maxParsedBytes: number): Buffer {
  const { method, isEncrypted, uncompressedBytes, crc } = entry;
  if (isEncrypted) throw permanent('encrypted', 'It is protected by a password.', { stage: 'extract' });
  if (uncompressedBytes > maxParsedBytes) {
    const message = `It has ${uncompressedBytes} bytes; the limit inside an archive is ${maxParsedBytes}.`;
    throw permanent('too_large', message, { stage: 'read', context: { uncompressedBytes, maxParsedBytes } });
  }
  const packed = packedBytes(bytes, entry);
  if (packed === null || (method !== 0 && method !== 8)) {
    const what = packed === null ? 'corrupt' : 'unsupported_type';
    const message =
      packed === null ? 'It is cut off or missing.' : `It is packed in a way that is not read (${method}).`;
    throw permanent(what, message, { stage: 'extract' });
  }
  const content =
    method === 0
      ? packed
      : inflate(
          () => inflateRawSync(packed, { maxOutputLength: Math.max(uncompressedBytes, 1) }),
          uncompressedBytes,
        );
  if (content.length === uncompressedBytes && crc32(content) === crc) return content;
  throw permanent('corrupt', 'It is damaged: its checksum is wrong.', { stage: 'extract' });
}
