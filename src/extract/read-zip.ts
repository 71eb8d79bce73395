import { crc32, inflateRawSync } from 'node:zlib';
import mimeTypes from 'mime-types';
import { permanent } from '../domain/failure.ts';
import { archiveDraft } from './archive-draft.ts';
import { decryptAes, decryptOld } from './decrypt-zip.ts';
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

function zipMembers(bytes: Buffer, { maxParsedBytes, passwords }: ReaderInput): Member[] {
  const entries = (readZipDirectory(bytes) ?? []).filter(
    ({ name }) => !/[\\/]$/.test(name) && isWorthReading(name),
  );
  const paths = memberPaths(entries.map(({ name }) => name));
  return entries.map((entry, index) => ({
    path: paths[index]!,
    mimeType: mimeTypes.lookup(paths[index]!) || 'application/octet-stream',
    sizeBytes: entry.uncompressedBytes,
    read: () => unpack(bytes, entry, { maxParsedBytes, passwords }),
  }));
}

function unpack(
  bytes: Buffer,
  entry: ZipEntry,
  { maxParsedBytes, passwords }: Pick<ReaderInput, 'maxParsedBytes' | 'passwords'>,
): Buffer {
  const { isEncrypted, uncompressedBytes } = entry;
  if (uncompressedBytes > maxParsedBytes) {
    const message = `It has ${uncompressedBytes} bytes; the limit inside an archive is ${maxParsedBytes}.`;
    throw permanent('too_large', message, { stage: 'read', context: { uncompressedBytes, maxParsedBytes } });
  }
  const stored = packedBytes(bytes, entry);
  if (stored === null || !isEncrypted) return inflated(stored, entry, entry.method);
  for (const password of passwords) {
    const packed =
      entry.aes === null
        ? decryptOld(stored, password, entry.checkByte)
        : decryptAes(stored, password, entry.aes.strength);
    const content = packed === null ? null : tryInflate(packed, entry);
    if (content !== null) return content;
  }
  throw permanent('encrypted', 'It is protected by a password.', { stage: 'extract' });
}

/** One byte of the old encryption tells a wrong password: every 256th seems right. */
function tryInflate(packed: Buffer, entry: ZipEntry): Buffer | null {
  try {
    return inflated(packed, entry, entry.aes?.method ?? entry.method);
  } catch {
    return null;
  }
}

function inflated(packed: Buffer | null, { uncompressedBytes, crc, aes }: ZipEntry, method: number): Buffer {
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
  // The second version of AES encryption leaves the checksum out.
  const isWhole = crc32(content) === crc || (aes !== null && crc === 0);
  if (content.length === uncompressedBytes && isWhole) return content;
  throw permanent('corrupt', 'It is damaged: its checksum is wrong.', { stage: 'extract' });
}
