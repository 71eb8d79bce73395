import { inflateRawSync } from 'node:zlib';
import { inflate } from './inflate.ts';
import { HARMLESS_BYTES } from './refuse-bomb.ts';
import { packedBytes } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

/** Deflate packs no tighter. */
const MOST_RATIO = 1032;

/**
 * A directory may say that an entry is small when it is not, and a parser that believes it unpacks without end. Throws
 * `archive_bomb` for one that could hurt and unpacks to more than it says; pictures, which are not unpacked, may lie.
 */
export function refuseLies(bytes: Buffer, entries: readonly ZipEntry[]): void {
  for (const entry of entries) {
    const { name, method, compressedBytes, uncompressedBytes } = entry;
    if (method !== 8 || compressedBytes * MOST_RATIO <= HARMLESS_BYTES || /\/media\//.test(name)) continue;
    const packed = packedBytes(bytes, entry);
    const maxOutputLength = Math.max(uncompressedBytes, 1);
    if (packed !== null) inflate(() => inflateRawSync(packed, { maxOutputLength }), uncompressedBytes);
  }
}
