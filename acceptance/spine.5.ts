// The same with `kill -9` of Temporal and of PostgreSQL; a worker lives through both.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startModelServer } from '../test/support/model-server.ts';
import { runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, freshProject, killPart, lookInto, until, writeTexts } from './check.ts';

const COUNT = Number(process.env.COUNT ?? 2_000);
const PARALLEL = 50;
const project = await freshProject();
const model = await startModelServer(() => ({ delayMs: 200 }));
try {
  await writeTexts(join(project.folder, 'docs'), COUNT);
  const args = ['process', 'docs', '--analyzer', model.url, '--parallel', String(PARALLEL), '--json'];
  const running = startCli(project.folder, args);
  await until('calls', () => model.calls.length >= COUNT / 4, 240_000);
  const worker = () => readFile(join(project.folder, '.docbatch/worker.pid'), 'utf8');
  const before = await worker();
  await killPart(project.folder, 'temporal');
  await until('calls', () => model.calls.length >= COUNT / 2, 240_000);
  await killPart(project.folder, 'postgres');
  const ended = await running.done;
  check(
    'the command lives through it',
    ended.exitCode === 0,
    `${ended.exitCode} ${ended.stderr.slice(-300)}`,
  );
  await runCli(project.folder, 'up');
  const resumed = await runCli(project.folder, 'resume', 'last');
  check('resume has nothing to do', resumed.exitCode === 0, resumed.exitCode);
  const db = await lookInto(project.folder);
  await checkAccount(db, COUNT);
  await db.close();
  process.stdout.write(`worker ${before.trim()}\n`);
  const repeated = model.calls.length - new Set(model.calls.map(({ document }) => document)).size;
  check('no worker restart, nothing repeated', repeated <= PARALLEL, repeated);
} finally {
  await model.close();
  await project.remove();
}
