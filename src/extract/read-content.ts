import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Content } from '../sandbox/requests.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;

export interface ReadContent {
  /** The whole content, or its beginning where it is text that will be cut anyway. */
  bytes: Buffer;
  sizeBytes: number;
  contentSha256: string;
}

export interface ReadOptions {
  /** Asked once, with the beginning and the full size, how much is to be held in memory; the rest is only hashed. */
  keptBytes: (head: Buffer, sizeBytes: number) => number;
  /** False when nobody wants to know; the hash is empty then. */
  isHashed: boolean;
}

/** The content and its hash. Synchronous: it runs in a process that reads one document at a time. */
export function readContent(content: Content, options: ReadOptions): ReadContent {
  if (content instanceof Uint8Array) {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const contentSha256 = options.isHashed ? createHash('sha256').update(bytes).digest('hex') : '';
    return { bytes, sizeBytes: bytes.length, contentSha256 };
  }
  const handle = openSync(content.scratchPath, 'r');
  try {
    return readChunks(handle, options);
  } finally {
    closeSync(handle);
  }
}

function readChunks(handle: number, { keptBytes, isHashed }: ReadOptions): ReadContent {
  const sizeBytes = fstatSync(handle).size;
  const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, sizeBytes));
  const hash = createHash('sha256');
  let bytes = chunk;
  let position = 0;
  while (position < sizeBytes) {
    const count = readSync(handle, chunk, 0, chunk.length, position);
    if (count === 0) break;
    if (position === 0) {
      const kept = Math.min(keptBytes(chunk.subarray(0, count), sizeBytes), sizeBytes);
      bytes = Buffer.allocUnsafeSlow(kept);
    }
    if (isHashed) hash.update(chunk.subarray(0, count));
    if (position < bytes.length) chunk.copy(bytes, position, 0, count);
    position += count;
  }
  return { bytes: bytes.subarray(0, position), sizeBytes, contentSha256: isHashed ? hash.digest('hex') : '' };
}
