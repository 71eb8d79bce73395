// A 300 MB text file and a table of 1,000,000 rows: the extraction process stays below 600 MB of resident memory.
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { startCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';

const LIMIT_BYTES = 600 * 1024 * 1024;
const folder = await mkdtemp(join(tmpdir(), 'docbatch-large-'));
try {
  const text = join(folder, 'large.txt');
  await write(
    text,
    3_000_000,
    (n) => `Line ${n} of a text that goes on and on, with “quotes” and umlauts: Größe, ${n * 7}.\n`,
  );
  await measure(text, ['Line 1 of a text', 'Größe']);
  const table = join(folder, 'rows.csv');
  await write(
    table,
    1_000_000,
    (n) =>
      `${n},Customer ${n},Berlin,${(n * 3) % 9999}.50,2026-01-${String((n % 28) + 1).padStart(2, '0')}\n`,
  );
  await measure(table, ['| 1 | Customer 1 | Berlin |']);
} finally {
  await rm(folder, { recursive: true });
}

async function write(path: string, lines: number, line: (n: number) => string): Promise<void> {
  const file = createWriteStream(path);
  for (let n = 1; n <= lines; n += 1000) {
    const block = Array.from({ length: Math.min(1000, lines - n + 1) }, (_, index) => line(n + index)).join(
      '',
    );
    if (!file.write(block)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

async function measure(path: string, wanted: string[]): Promise<void> {
  const startedAt = performance.now();
  const running = startCli(folder, ['extract', path]);
  let most = 0;
  let isDone = false;
  void running.done.then(() => (isDone = true));
  while (!isDone) {
    for (const pid of await childrenOf(running.child.pid!)) most = Math.max(most, await peakBytes(pid));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { exitCode, stdout, stderr } = await running.done;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  check(`${path.split('/').at(-1)!}: read, in ${seconds} s`, exitCode === 0, stderr.trim());
  check(
    'the text is there',
    wanted.every((words) => stdout.includes(words)),
    `${stdout.length} characters`,
  );
  check('it says that it was cut', stderr.includes('cut'), stderr.trim());
  check(
    'memory of the extraction process',
    most > 0 && most < LIMIT_BYTES,
    `${(most / 1024 / 1024).toFixed(0)} MiB`,
  );
}

async function childrenOf(pid: number): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(
    pids.map(async (other) => [
      other,
      (await readFile(`/proc/${other}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)?.split(' ')[1],
    ]),
  );
  return parents.filter(([, parent]) => Number(parent) === pid).map(([other]) => Number(other));
}

/** The highest that the resident memory ever was (VmHWM). */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
