import type { ExtractionLimits } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import type { ZipEntry } from './zip-directory.ts';

export type UnpackLimits = Pick<ExtractionLimits, 'maxUnpackedBytes' | 'maxUnpackRatio' | 'maxEntries'>;

/** Below this no ratio is absurd. */
export const HARMLESS_BYTES = 64 * 1024 * 1024;

/** Judges a zip file by its directory alone. Throws `archive_bomb` or `too_many_entries`. */
export function refuseBomb(entries: ZipEntry[], sizeBytes: number, limits: UnpackLimits): void {
  const { maxEntries, maxUnpackRatio, maxUnpackedBytes } = limits;
  if (entries.length > maxEntries) {
    const message = `The document consists of ${entries.length} files; the limit is ${maxEntries}.`;
    throw permanent('too_many_entries', message, {
      stage: 'extract',
      context: { entries: entries.length, maxEntries },
    });
  }
  const unpackedBytes = entries.reduce((sum, entry) => sum + entry.uncompressedBytes, 0);
  const isAbsurd = unpackedBytes > HARMLESS_BYTES && unpackedBytes > sizeBytes * maxUnpackRatio;
  if (!isAbsurd && unpackedBytes <= maxUnpackedBytes) return;
  const message = `The document would unpack from ${sizeBytes} to ${unpackedBytes} bytes.`;
  throw permanent('archive_bomb', message, { stage: 'extract', context: { sizeBytes, unpackedBytes } });
}
