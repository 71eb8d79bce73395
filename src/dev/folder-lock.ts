import { mkdir, rmdir, stat } from 'node:fs/promises';
import { until } from './until.ts';

/** No holder works longer than a few milliseconds; one this old was killed. */
const STALE_MS = 5_000;

/** Runs `work` while no other process runs its own under the same path. */
export async function withFolderLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await until(() => take(path), { everyMs: 20, timeoutMs: 20_000, what: `\`${path}\` stays locked` });
  try {
    return await work();
  } finally {
    await rmdir(path).catch(() => undefined);
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > STALE_MS) await rmdir(path);
    return false;
  }
}
