import { lstatSync } from 'node:fs';
import { permanent, transient } from '../domain/failure.ts';

/** What an error of the file system says about the document; other errors are given back as they are. */
export function inputFailure(error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const errno = error.code ?? 'unknown';
  const options = { stage: 'read', context: { errno }, cause: error } as const;
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      if (error.path?.includes('\ufffd') === true) {
        const message = 'Its name is not valid UTF-8: the file cannot be opened by it. Rename it.';
        return permanent('unreadable', message, options);
      }
      if (error.path !== undefined && lstatSync(error.path, { throwIfNoEntry: false }) !== undefined) {
        return permanent('unreadable', 'The link leads to nothing.', options);
      }
      return permanent('missing', 'The file is not there.', {
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

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'errno' in error && 'code' in error;
}
