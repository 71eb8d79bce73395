import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DocumentFailure, permanent, transient } from '../domain/failure.ts';
import { inputFailure } from './input-failure.ts';
import type { Content } from './requests.ts';

/** Smaller files travel in the message to the child: nothing is written, nothing is to be removed. */
const INLINE_BYTES = 1024 * 1024;
const COPY_BYTES = 4 * 1024 * 1024;

export interface StagedInput {
  content: Content;
  /** Takes away what was laid into the scratch folder. */
  remove(): Promise<void>;
}

/**
 * Makes one file readable for a child process that may open no path outside its scratch folder.
 * Throws `DocumentFailure`: `missing`, `unreadable`, `too_large`, `empty`, or `busy_file` when it changes meanwhile.
 */
export async function stageInput(
  path: string,
  { maxFileBytes, scratchPath }: { maxFileBytes: number; scratchPath: () => string },
): Promise<StagedInput> {
  let handle: FileHandle | undefined;
  try {
    // O_NONBLOCK: opening a named pipe that nobody writes to would wait for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const before = await handle.stat();
    refuse(before, maxFileBytes);
    const staged =
      before.size <= INLINE_BYTES
        ? { content: await readWhole(handle, before.size), remove: () => Promise.resolve() }
        : await stageFile(path, handle, before, scratchPath());
    const after = await handle.stat();
    if (before.size !== after.size || before.mtimeMs !== after.mtimeMs) {
      await staged.remove();
      throw changed();
    }
    return staged;
  } catch (error) {
    throw error instanceof DocumentFailure ? error : inputFailure(error);
  } finally {
    await handle?.close();
  }
}

function refuse(stats: Stats, maxFileBytes: number): void {
  if (!stats.isFile()) {
    const what = stats.isDirectory() ? 'a folder' : 'a device or pipe';
    throw permanent('unreadable', `The path is ${what}, not a file.`, { stage: 'read' });
  }
  if (stats.size > maxFileBytes) {
    const message = `The file has ${stats.size} bytes; the limit is ${maxFileBytes}.`;
    throw permanent('too_large', message, {
      stage: 'read',
      context: { sizeBytes: stats.size, maxFileBytes },
    });
  }
  if (stats.size === 0) throw permanent('empty', 'The file is empty (0 bytes).', { stage: 'read' });
}

async function readWhole(handle: FileHandle, sizeBytes: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  for (let filled = 0; filled < sizeBytes;) {
    const { bytesRead } = await handle.read(bytes, filled, sizeBytes - filled, filled);
    if (bytesRead === 0) throw changed();
    filled += bytesRead;
  }
  return bytes;
}

/** A second name for the file costs nothing; a copy is made where it is on another disk or belongs to somebody else. */
async function stageFile(
  path: string,
  handle: FileHandle,
  before: Stats,
  scratchPath: string,
): Promise<StagedInput> {
  const staged = { content: { scratchPath }, remove: () => rm(scratchPath, { force: true }) };
  try {
    try {
      await link(path, scratchPath);
      await checkSame(scratchPath, before);
    } catch (error) {
      if (error instanceof DocumentFailure) throw error;
      await copy(handle, scratchPath);
    }
  } catch (error) {
    await staged.remove();
    throw error;
  }
  return staged;
}

/** The path may have got another file, or a symbolic link, since it was opened. */
async function checkSame(scratchPath: string, before: Stats): Promise<void> {
  const linked = await open(scratchPath, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { ino, dev } = await linked.stat();
    if (ino !== before.ino || dev !== before.dev) throw changed();
  } finally {
    await linked.close();
  }
}

async function copy(from: FileHandle, scratchPath: string): Promise<void> {
  await rm(scratchPath, { force: true });
  const to = await create(scratchPath);
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let position = 0; ;) {
      const { bytesRead } = await from.read(buffer, 0, COPY_BYTES, position);
      if (bytesRead === 0) return;
      await to.writeFile(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new DocumentFailure('critical', 'disk_full', 'There is no space left for a copy of the document.', {
      stage: 'read',
      cause: error,
    });
  } finally {
    await to.close();
  }
}

/** A cleaner of temporary files may have taken the folder away since it was made. */
async function create(scratchPath: string): Promise<FileHandle> {
  try {
    return await open(scratchPath, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const folder = dirname(scratchPath);
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  // Its name is known by now: it might be somebody else's, or a symbolic link.
  const { uid } = await lstat(folder);
  if (uid !== process.getuid?.())
    throw new Error(`The scratch folder \`${folder}\` belongs to somebody else`);
  return open(scratchPath, 'wx', 0o600);
}

function changed(): DocumentFailure {
  return transient('busy_file', 'The file was changed while it was read.', { stage: 'read' });
}
