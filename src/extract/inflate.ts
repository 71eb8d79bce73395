import { permanent } from '../domain/failure.ts';
import type { DocumentFailure } from '../domain/failure.ts';

/** Runs an unpacking function of zlib with a limit; what goes over it is no honest container. */
export function inflate(unpack: () => Buffer, maxBytes: number): Buffer {
  try {
    return unpack();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch(maxBytes);
    const message = `It is damaged or cut off (${(error as Error).message}).`;
    throw permanent('corrupt', message, { stage: 'extract', cause: error });
  }
}

function tooMuch(maxBytes: number): DocumentFailure {
  const message = `It unpacks to more than the ${maxBytes} bytes that it may.`;
  return permanent('archive_bomb', message, { stage: 'extract', context: { maxBytes } });
}
