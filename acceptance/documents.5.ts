// 2,000 files of all formats with bytes flipped, cut out and doubled: no crash of the worker, no item lost, and (where
// strace is) no file opened outside the application and the scratch folder. `-- documents.5 <seed>` repeats a run.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../src/paths.ts';
import { knownFiles } from '../test/support/known-files.ts';
import { knownTexts } from '../test/support/known-texts.ts';
import { projectFolder, startCli } from '../test/support/run-cli.ts';
import { tarOf } from '../test/support/tar.ts';
import { zipOf } from '../test/support/zip.ts';
import { check, lookInto, until } from './check.ts';
import { processesOf } from './processes.ts';

const FILES = 2000;
/** Milliseconds for which the extraction processes are watched. */
const WATCHED_MS = 15_000;

const seed = Number(process.argv[2] ?? Date.now() % 1_000_000);
process.stdout.write(`     seed ${seed}\n`);
const random = randomFrom(seed);
const project = await projectFolder();
const docs = join(project.folder, 'docs');
const temporary = join(project.folder, 'tmp');
await mkdir(docs);
await mkdir(temporary);
const env = { TMPDIR: temporary };

try {
  const bases = await soundFiles();
  for (let n = 0; n < FILES; n++) {
    const [ending, bytes] = bases[n % bases.length]!;
    await writeFile(join(docs, `${String(n).padStart(4, '0')}.${ending}`), mutated(bytes));
  }
  await startCli(project.folder, ['up'], env).done;
  const before = await workerPid();
  const running = startCli(project.folder, ['process', docs, '--json'], env);
  const opened = await watchOpens();
  const { stdout, exitCode } = await running.done;
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  check('the batch ends by itself', exitCode === 2 || exitCode === 0, exitCode);
  const db = await lookInto(project.folder);
  const { rows } = await db.query<{ state: string; code: string | null; count: number }>(
    `SELECT i.state, i.failure_code AS code, COUNT(*)::int AS count FROM batch_items i JOIN file_document d ON d.id = i.document_id
     WHERE d.parent_id IS NULL GROUP BY 1, 2 ORDER BY 3 DESC`,
  );
  await db.close();
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  check('every file is one item', total === FILES, { files: FILES, items: total, withMembers: counts.total });
  const states = Object.fromEntries(rows.map(({ state, code, count }) => [code ?? state, count]));
  const lost = rows.filter(
    ({ state, code }) =>
      !['completed', 'failed'].includes(state) || code === 'worker_crashed' || code === 'internal',
  );
  check('each completed, or failed with a reason', lost.length === 0, states);
  check('the worker is the same process', (await workerPid()) === before, before);
  const left = (await readdir(temporary, { recursive: true })).filter((name) =>
    /docbatch-scratch-.*\//.test(name),
  );
  check('the scratch folder is empty', left.length === 0, left);
  if (opened === null) process.stdout.write('     strace is not here: opens were not watched\n');
  else {
    const outside = [...opened].filter((path) => !isAllowed(path));
    check('no file opened outside the sandbox', outside.length === 0, {
      opened: opened.size,
      outside: outside.slice(0, 10),
    });
  }
} finally {
  await project.remove();
}

/** A few of each format, archives among them. */
async function soundFiles(): Promise<[string, Buffer][]> {
  const files: [string, Buffer][] = [];
  for (const [ending, write] of Object.entries(knownFiles)) {
    for (const text of knownTexts) files.push([ending, Buffer.from((await write(text)) as Uint8Array)]);
  }
  const samples = join(packageRoot, 'samples');
  for (const name of await readdir(samples)) files.push([name, await readFile(join(samples, name))]);
  const inner = zipOf({ 'a.txt': 'A text.', 'b.csv': 'a,b\n1,2' });
  files.push(['zip', zipOf({ 'c.md': '# C', 'in.zip': inner })]);
  files.push([
    'tar',
    tarOf([
      { name: 'a.txt', content: 'A text.' },
      { name: 'in.zip', content: inner },
    ]),
  ]);
  files.push(['tar.gz', gzipSync(tarOf([{ name: 'a.txt', content: 'A text.' }]))]);
  return files;
}

/** One to eight changes: a byte, a stretch cut out, a stretch doubled, or the end cut off. */
function mutated(bytes: Buffer): Buffer {
  let changed = Buffer.from(bytes);
  for (let changes = 1 + random(8); changes > 0 && changed.length > 8; changes--) {
    const at = random(changed.length);
    const length = 1 + random(Math.min(64, changed.length - at));
    const kind = random(10);
    if (kind < 6) changed[at] = random(256);
    else if (kind === 6) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + length)]);
    else if (kind < 9) changed = Buffer.concat([changed.subarray(0, at + length), changed.subarray(at)]);
    else changed = changed.subarray(0, Math.max(at, 8));
  }
  return changed;
}

/** What the extraction processes open from when they have begun to read. */
async function watchOpens(): Promise<Set<string> | null> {
  if (spawnSync('strace', ['-V']).status !== 0) return null;
  const children = () =>
    processesOf(project.folder).filter(
      ({ command }) => /sandbox.child\.js/.test(command) && command.startsWith(process.execPath),
    );
  // They are ready when something is read.
  const db = await lookInto(project.folder);
  await until('the first documents', async () => {
    const { rows } = await db.query(`SELECT FROM batch_items WHERE state = 'completed' LIMIT 1`);
    return rows.length > 0 && children().length > 0;
  });
  await db.close();
  const pids = children().map(({ pid }) => pid);
  const log = join(project.folder, 'strace.log');
  const args = pids.flatMap((pid) => ['-p', String(pid)]);
  const strace = spawn('strace', ['-f', '-qq', '-e', 'trace=open,openat,openat2,creat', '-o', log, ...args], {
    stdio: 'ignore',
  });
  await ended(strace, WATCHED_MS);
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => !line.includes(' = -1 E'));
  return new Set(lines.flatMap((line) => /"((?:[^"\\]|\\.)+)"/.exec(line)?.[1] ?? []));
}

async function ended(child: ChildProcess, afterMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGINT'), afterMs);
  await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(timer);
}

/** The application, the scratch folder, and what belongs to the system: its libraries, fonts and time zone. */
function isAllowed(path: string): boolean {
  // In a second working copy the packages may be a link to those of the first.
  const packages = realpathSync(join(packageRoot, 'node_modules'));
  const ours = [
    resolve(packageRoot),
    packages,
    temporary,
    '/proc',
    '/sys',
    '/dev',
    '/etc/ld.so.cache',
    '/etc/localtime',
  ];
  const system = [
    '/lib',
    '/lib64',
    '/usr/lib',
    '/usr/local/lib',
    '/usr/share/fonts',
    '/usr/local/share/fonts',
  ];
  return [...ours, ...system].some((root) => path === root || path.startsWith(root + sep));
}

async function workerPid(): Promise<number> {
  return Number(await readFile(join(project.folder, '.docbatch/worker.pid'), 'utf8'));
}

/** Mulberry32. */
function randomFrom(start: number): (below: number) => number {
  let state = start;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
