import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../config.ts';
import { redact } from '../../redact.ts';
import { keeperState } from '../ask-keeper.ts';
import { StackError } from '../stack-error.ts';
import type { Check } from './check.ts';

const run = promisify(execFile);

/** Only the ends of logs: what happened last is what a bundle is for. */
const LOG_TAIL_CHARS = 1_000_000;

/** Writes what helps someone else to find a fault, without secrets: a `.tar.gz`, or a new folder. */
export async function writeBundle(path: string, config: Config, checks: Check[]): Promise<void> {
  if (existsSync(path)) {
    throw new StackError(`\`${path}\` exists already`, {
      why: 'a bundle replaces nothing',
      next: 'give a new name',
    });
  }
  const work = await mkdtemp(join(tmpdir(), 'docbatch-bundle-'));
  try {
    const folder = join(work, 'docbatch-bundle');
    await mkdir(join(folder, 'logs'), { recursive: true });
    await writeJson(join(folder, 'checks.json'), checks);
    await writeJson(join(folder, 'settings.json'), await settings(config));
    await copyLogs(join(config.stateDir, 'logs'), join(folder, 'logs'));
    if (!existsSync(dirname(path))) {
      throw new StackError(`Cannot write \`${path}\``, {
        why: `there is no folder \`${dirname(path)}\``,
        next: 'name one that is there',
      });
    }
    if (/\.(tar\.gz|tgz)$/.test(path)) await run('tar', ['-czf', path, '-C', work, 'docbatch-bundle']);
    else await cp(folder, path, { recursive: true });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function settings(config: Config): Promise<object> {
  const names = Object.keys(process.env).filter((name) =>
    /^(DOCBATCH|TEMPORAL|DATABASE|PG|NODE_OPTIONS)/.test(name),
  );
  return {
    config: { ...config, databaseUrl: config.databaseUrl && '[set]' },
    environment: Object.fromEntries(names.map((name) => [name, '[set]'])),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    keeper: await keeperState(config),
  };
}

async function copyLogs(from: string, to: string): Promise<void> {
  for (const name of await readdir(from).catch(() => [])) {
    const text = await readFile(join(from, name), 'utf8');
    await writeFile(join(to, name), redact(text.slice(-LOG_TAIL_CHARS)));
  }
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFile(path, `${redact(JSON.stringify(value, null, 2))}\n`);
}
