import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** The SQLite file has no migrations: one of another server version is kept, under a name that says which. */
export async function moveForeignFileAside(path: string, serverVersion: string): Promise<void> {
  const versionPath = `${path}.version`;
  const before = existsSync(versionPath) ? (await readFile(versionPath, 'utf8')).trim() : 'unknown';
  if (existsSync(path) && before !== serverVersion) {
    const aside = `${path}.server-${before}-${Date.now()}`;
    await rename(path, aside);
    for (const part of ['-wal', '-shm']) {
      if (existsSync(path + part)) await rename(path + part, aside + part);
    }
  }
  await writeFile(versionPath, `${serverVersion}\n`);
}
