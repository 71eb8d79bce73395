import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { permanent, transient } from '../domain/failure.ts';
import type { DocumentFailure } from '../domain/failure.ts';

/** The whole file, at most `maxFileBytes`. Synchronous: it runs in a process that reads one document at a time. */
export function readBytes(path: string, maxFileBytes: number): Buffer {
  let handle: number | undefined;
  try {
    // O_NONBLOCK: opening a named pipe that nobody writes to would wait for ever.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return readOpened(handle, maxFileBytes);
  } catch (error) {
    throw isSystemError(error) ? readFailure(error) : error;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function readOpened(handle: number, maxFileBytes: number): Buffer {
  const before = fstatSync(handle);
  if (!before.isFile()) {
    const what = before.isDirectory() ? 'a folder' : 'a device or pipe';
    throw permanent('unreadable', `The path is ${what}, not a file.`, { stage: 'read' });
  }
  if (before.size > maxFileBytes) {
    const message = `The file has ${before.size} bytes; the limit is ${maxFileBytes}.`;
    throw permanent('too_large', message, {
      stage: 'read',
      context: { sizeBytes: before.size, maxFileBytes },
    });
  }
  if (before.size === 0) throw permanent('empty', 'The file is empty (0 bytes).', { stage: 'read' });
  const bytes = Buffer.allocUnsafeSlow(before.size);
  let filled = 0;
  while (filled < bytes.length) {
    const count = readSync(handle, bytes, filled, bytes.length - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  if (filled < bytes.length || hasChanged(before, fstatSync(handle))) {
    throw transient('busy_file', 'The file was changed while it was read.', { stage: 'read' });
  }
  return bytes;
}

function hasChanged(before: Stats, after: Stats): boolean {
  return before.size !== after.size || before.mtimeMs !== after.mtimeMs;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'code' in error;
}

function readFailure(error: NodeJS.ErrnoException): DocumentFailure {
  const errno = error.code ?? 'unknown';
  const options = { stage: 'read', context: { errno }, cause: error } as const;
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      if (error.path !== undefined && lstatSync(error.path, { throwIfNoEntry: false }) !== undefined) {
        return permanent('unreadable', 'The link leads to nothing.', options);
      }
      return permanent('missing', 'The file is no longer there.', {
        ...options,
        context: { errno: 'ENOENT' },
      });
    case 'EMFILE':
    case 'ENFILE':
      return transient('busy_file', 'The system has no file handle left to open the file.', options);
    case 'EBUSY':
    case 'EAGAIN':
    case 'ETXTBSY':
      return transient('busy_file', 'The file is locked by another program.', options);
    case 'EACCES':
    case 'EPERM':
      return permanent('unreadable', 'The file may not be opened: permission denied.', options);
    case 'ENXIO':
      return permanent('unreadable', 'The path is a device or pipe, not a file.', options);
    default:
      return permanent('unreadable', `The file cannot be read (${errno}).`, options);
  }
}
