import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of all files below a path; 0 when it does not exist. Files that vanish meanwhile do not count. */
export async function folderSize(path: string): Promise<number> {
  const stat = await lstat(path).catch(() => null);
  if (stat === null) return 0;
  if (!stat.isDirectory()) return stat.size;
  const names = await readdir(path).catch(() => []);
  let sizeBytes = 0;
  for (const name of names) sizeBytes += await folderSize(join(path, name));
  return sizeBytes;
}
