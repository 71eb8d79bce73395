// A workflow that was terminated, cancelled, reset, failed, deleted or lost: the row says so within 30 s, and one command goes on.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { holdLeaseElsewhere } from '../test/support/hold-lease.ts';
import { check, until } from './check.ts';
import { createScene, repeatedCalls, runParts, seconds } from './scene.ts';

const COUNT = Number(process.env.COUNT ?? 60);
const DELAY_MS = Number(process.env.DELAY_MS ?? 300);
const PARALLEL = 5;
const scene = await createScene((name, nth) => ({
  delayMs: DELAY_MS,
  // Three documents of each batch are bad at their first call.
  status: /-0000[135]\.txt$/.test(name) && nth === 1 ? 422 : 200,
}));
const { cli, temporal } = scene;

/** Runs into the middle of a batch, does it, and waits for the row to say `terminated` by itself. */
async function lose(
  name: string,
  what: string,
  how: (workflowId: string) => Promise<unknown>,
): Promise<void> {
  const running = await scene.process(name, COUNT, '--parallel', String(PARALLEL));
  await until('the batch runs', () => scene.calls(name).length >= COUNT / 3);
  await how(await scene.workflowId(name));
  const took = await seconds(() =>
    until('terminated', async () => (await scene.row(name)).status === 'terminated', 60_000),
  );
  check(`${what}: a running worker notices within 30 s`, took <= 30, `${took} s`);
  const { status, reason, detail, counts } = await scene.status(name);
  check(`${what}: status`, status === 'terminated' && counts.processing === 0, { status, reason, detail });
  check(`${what}: process ends with 4`, (await running.done).exitCode === 4, (await running.done).exitCode);
}

async function finishBy(command: 'resume' | 'retry', name: string, exitCode: number): Promise<void> {
  const before = scene.calls(name).length;
  const ended = await cli(command, name, '--json');
  if (ended.stdout === '') throw new Error(`${command} ${name}: ${ended.stderr}`);
  const { counts } = JSON.parse(ended.stdout) as { counts: Record<string, number> };
  check(
    `${name}: ${command} finishes the rest`,
    ended.exitCode === exitCode && counts.completed! + counts.failed! === COUNT,
    `exit ${ended.exitCode}, ${counts.completed} completed, ${counts.failed} failed, ${scene.calls(name).length - before} calls`,
  );
}

function checkRepeated(name: string, allowed: number): void {
  const repeated = repeatedCalls(scene.calls(name));
  check(`${name}: at most ${allowed} calls beyond one per document`, repeated <= allowed, repeated);
}

async function terminated(): Promise<void> {
  await lose('terminated', 'terminate', (id) => temporal('workflow', 'terminate', '--workflow-id', id));
  await finishBy('resume', 'terminated', 2);
  checkRepeated('terminated', PARALLEL);
  await finishBy('retry', 'terminated', 0);
  checkRepeated('terminated', PARALLEL + 3);
}

async function deleted(): Promise<void> {
  await lose('deleted', 'delete', (id) => temporal('workflow', 'delete', '--workflow-id', id));
  await finishBy('resume', 'deleted', 2);
  checkRepeated('deleted', PARALLEL);
}

async function failed(): Promise<void> {
  await lose('failed', 'failure', async (id) => {
    // A statement that can never succeed is a fault of ours: the workflow fails.
    await scene.sql('ALTER TABLE batch_items RENAME COLUMN chunk_no TO chunk_number');
    await temporal('workflow', 'signal', '--workflow-id', id, '--name', 'wake');
    const describe = () => temporal('workflow', 'describe', '--workflow-id', id, '-o', 'json');
    await until('the workflow failed', async () => /FAILED/i.test(await describe()));
    await scene.sql('ALTER TABLE batch_items RENAME COLUMN chunk_number TO chunk_no');
  });
  await finishBy('resume', 'failed', 2);
}

async function cancelled(): Promise<void> {
  const running = await scene.process('cancelled', COUNT);
  await until('the batch runs', () => scene.calls('cancelled').length >= COUNT / 3);
  await temporal('workflow', 'cancel', '--workflow-id', await scene.workflowId('cancelled'));
  const { exitCode } = await running.done;
  check('workflow cancel: cancelled, exit 4', exitCode === 4, (await scene.status('cancelled')).status);
  await finishBy('retry', 'cancelled', 0);
}

async function reset(): Promise<void> {
  const running = await scene.process('reset', COUNT);
  await until('the batch runs', () => scene.calls('reset').length >= COUNT / 3);
  const id = await scene.workflowId('reset');
  await temporal('workflow', 'reset', '--type', 'FirstWorkflowTask', '--reason', 'try', '--workflow-id', id);
  const { exitCode } = await running.done;
  check('workflow reset: the batch goes on by itself', exitCode === 2, exitCode);
  checkRepeated('reset', PARALLEL);
  await temporal('workflow', 'delete', '--workflow-id', id);
  await finishBy('retry', 'reset', 0);
  checkRepeated('reset', PARALLEL + 3);
}

/** Nothing but servers: only `status` looks. Then the server loses everything. */
async function noWorker(): Promise<void> {
  for (const name of ['looked-at', 'lost']) {
    const running = await scene.process(name, COUNT);
    await until('the batch runs', () => scene.calls(name).length >= COUNT / 3);
    await cli('pause', name);
    await running.done;
  }
  const finished = await scene.process('finished', COUNT);
  await finished.done;
  await cli('down');
  const lease = await holdLeaseElsewhere(scene.folder);
  await temporal('workflow', 'terminate', '--workflow-id', await scene.workflowId('looked-at'));
  const isSeen = async () => (await scene.status('looked-at')).status === 'terminated';
  const took = await seconds(() => until('status says it', isSeen, 60_000));
  check('without a worker `status` says it within 30 s', took <= 30, `${took} s`);
  process.kill(lease);
  await cli('down');
  for (const suffix of ['', '-wal', '-shm'])
    await rm(join(scene.folder, `.docbatch/temporal.sqlite${suffix}`), { force: true });
  await finishBy('retry', 'finished', 0);
  await finishBy('resume', 'lost', 2);
  await finishBy('resume', 'looked-at', 2);
  checkRepeated('lost', 0);
}

await runParts(scene, { terminated, deleted, failed, cancelled, reset, noWorker });
