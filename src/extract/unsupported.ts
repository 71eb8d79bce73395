import { extname } from 'node:path';
import { permanent } from '../domain/failure.ts';
import type { DocumentFailure } from '../domain/failure.ts';

/** `mimeType` is null when nothing is known about the content. */
export function unsupported(mimeType: string | null, name: string): DocumentFailure {
  const extension = extname(name).toLowerCase();
  const what = mimeType ?? 'unknown binary content';
  const message = `There is no reader for this type of file (${extension === '' ? '' : `${extension}, `}${what}).`;
  return permanent('unsupported_type', message, { stage: 'extract', context: { mimeType } });
}
