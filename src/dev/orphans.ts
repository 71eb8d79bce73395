import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

const run = promisify(execFile);

/** What a command line of each part contains: a process id alone may belong to someone else by now. */
const signs = {
  postgres: /postgres/,
  temporal: /start-dev/,
  worker: /worker[/\\]main/,
} as const;

/** Ends servers that outlived their keeper and their guard; the keeper calls it first, when it holds the socket. */
export async function endOrphans(stateDir: string): Promise<void> {
  await Promise.all(
    Object.entries(signs).map(async ([part, sign]) => {
      const pidFile = join(stateDir, `${part}.pid`);
      const pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
      if (pid > 1 && sign.test(await commandLine(pid)))
        await end(pid, part === 'postgres' ? 'SIGINT' : 'SIGTERM');
      await rm(pidFile, { force: true });
    }),
  );
  await forgetStalePostmaster(stateDir);
}

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  send(pid, signal);
  const gone = async () => !(await isAlive(pid));
  try {
    await until(gone, { everyMs: 50, timeoutMs: 10_000, what: 'still there' });
  } catch {
    send(pid, 'SIGKILL');
    await until(gone, { everyMs: 50, timeoutMs: 5_000, what: `Process ${pid} does not end` });
  }
}

/** PostgreSQL refuses to start while its lock file names a live process, even when that is another program by now. */
async function forgetStalePostmaster(stateDir: string): Promise<void> {
  const path = join(stateDir, 'postgres', 'postmaster.pid');
  const pid = Number((await readFile(path, 'utf8').catch(() => '0')).split('\n')[0]);
  if (pid <= 1) return;
  if (!signs.postgres.test(await commandLine(pid))) await rm(path, { force: true });
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone meanwhile.
  }
}

async function isAlive(pid: number): Promise<boolean> {
  return (await commandLine(pid)) !== '';
}

/** Empty for a process that is gone, or a zombie. */
async function commandLine(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.trim();
}
