import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * The SQLite file has no migrations: one of another server version is kept, under a name that says which. Returns that
 * name; null when nothing was moved.
 */
export async function moveForeignFileAside(path: string, serverVersion: string): Promise<string | null> {
  const versionPath = `${path}.version`;
  const before = existsSync(versionPath) ? (await readFile(versionPath, 'utf8')).trim() : 'unknown';
  const isForeign = existsSync(path) && before !== serverVersion;
  const aside = `${path}.server-${before}-${Date.now()}`;
  for (const part of isForeign ? ['', '-wal', '-shm'] : []) {
    if (existsSync(path + part)) await rename(path + part, aside + part);
  }
  await writeFile(versionPath, `${serverVersion}\n`);
  return isForeign ? aside : null;
}
