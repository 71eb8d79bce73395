import { createHash } from 'node:crypto';

/** Of docbatch; never changes, since batches are found again by it. */
const NAMESPACE = Buffer.from('2f6c7b0e8d5a4c1e9b3ff0a4d6e81c57', 'hex');

/** The same text gives the same UUID (RFC 9562, version 5). */
export function uuidV5(text: string, namespace = NAMESPACE): string {
  const bytes = createHash('sha1').update(namespace).update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
