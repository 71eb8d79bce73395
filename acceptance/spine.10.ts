// 20,000 small documents: histories, payloads and memory stay bounded; with -b 4 the chain of runs loses and repeats nothing.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startModelServer } from '../test/support/model-server.ts';
import { runCli, startCli } from '../test/support/run-cli.ts';
import { check, until } from './check.ts';
import type { Run } from './histories.ts';
import { chainOf } from './histories.ts';
import type { Stage } from './load.ts';
import { account, memoryOf, onStage, temporal } from './load.ts';

const COUNT = Number(process.env.COUNT ?? 20_000);
/** When the server suggests to continue as new; pausing shortly before makes a paused run meet it. */
const NEARLY_SUGGESTED = 3_600;
const parts = process.argv.slice(2);

const quarter = parts.length > 0 && !parts.includes('a') ? null : await measure(COUNT / 4);
const whole = quarter === null ? null : await measure(COUNT);
if (quarter !== null && whole !== null) {
  for (const who of ['cli', 'worker'] as const) {
    const ratio = whole[who] / quarter[who];
    const figures = `${quarter[who].toFixed(0)} MB → ${whole[who].toFixed(0)} MB, ${ratio.toFixed(2)} ×`;
    check(`peak RSS of the ${who}, ${COUNT / 4} → ${COUNT} documents`, ratio <= 1.15, figures);
  }
}
if (parts.length === 0 || parts.includes('b')) await chain();

/** Each size on a fresh stack: peak RSS of both processes. */
async function measure(count: number): Promise<{ cli: number; worker: number }> {
  const peaks = { cli: 0, worker: 0 };
  const model = await startModelServer(() => ({}));
  await onStage(`${count} documents, defaults`, async (stage) => {
    await smallTexts(join(stage.folder, 'docs'), count);
    const worker = await stage.workerPid();
    const startedAtMs = Date.now();
    const running = startCli(stage.folder, ['process', 'docs', '--analyzer', model.url, '-p', '20']);
    let ended = false;
    void running.done.then(() => (ended = true));
    await until(
      'the end',
      () => {
        peaks.cli = Math.max(peaks.cli, memoryOf(running.child.pid!)?.peakMb ?? 0);
        return ended;
      },
      900_000,
    );
    peaks.worker = memoryOf(worker)?.peakMb ?? 0;
    const { exitCode, stderr } = await running.done;
    check('ends with 0', exitCode === 0, exitCode === 0 ? seconds(startedAtMs) : stderr.slice(-400));
    const { id, completed, results } = await account(stage.db);
    check(
      'all completed, called once each',
      completed === count && results === count && model.calls.length === count,
      {
        completed,
        results,
        calls: model.calls.length,
      },
    );
    checkRuns(await chainOf(stage.folder, `batch:${id}`), 1);
  });
  await model.close();
  return peaks;
}

/** With -b 4: many runs, one of which continues with retries in backoff, and one while paused. */
async function chain(): Promise<void> {
  const flaky = (name: string) => /[05]0\.txt$/.test(name);
  const model = await startModelServer(({ name }, nth) =>
    flaky(name) && nth === 1 ? { status: 503, headers: { 'retry-after': '25' } } : {},
  );
  await onStage(`${COUNT} documents, -b 4`, async (stage) => {
    const { folder, db } = stage;
    await smallTexts(join(folder, 'docs'), COUNT);
    const startedAtMs = Date.now();
    const args = ['process', 'docs', '--analyzer', model.url, '-p', '20', '-b', '4'];
    const running = startCli(folder, args);
    await until('a batch', async () => (await db.query('SELECT FROM batch_items LIMIT 1')).rowCount > 0);
    const workflowId = `batch:${(await account(db)).id}`;
    const pausedRun = await continueWhilePaused(stage, workflowId);
    const first = await running.done;
    check('paused: the command ends with 130', first.exitCode === 130, first.exitCode);
    const before = model.calls.length;
    const resumed = await runCli(folder, 'resume', 'last');
    check(
      'resume ends with 0',
      resumed.exitCode === 0,
      resumed.exitCode === 0 ? seconds(startedAtMs) : resumed.stderr.slice(-400),
    );
    const runs = await chainOf(folder, workflowId);
    checkRuns(runs, 3);
    check(
      'one continued with a retry in backoff',
      runs.some((run) => run.continued && run.retriesLetGo > 0),
      runs.map(({ retriesLetGo }) => retriesLetGo),
    );
    check(
      'one continued while paused',
      runs.find(({ runId }) => runId === pausedRun)?.continued === true,
      pausedRun,
    );
    const { completed, results, attempts } = await account(db);
    const faults = [...Array(COUNT).keys()].filter((n) => flaky(fileName(n))).length;
    check('nothing lost', completed === COUNT && results === COUNT, { completed, results });
    check('nothing repeated', model.calls.length === COUNT + faults && attempts === COUNT + faults, {
      calls: model.calls.length,
      faults,
      attempts,
      beforeResume: before,
    });
  });
  await model.close();
}

/** Pauses shortly before the suggestion comes, and wakes the paused workflow until it goes on as a new run. */
async function continueWhilePaused({ folder }: Stage, workflowId: string): Promise<string> {
  const describe = async () =>
    (await temporal(folder, 'workflow', 'describe', '-w', workflowId, '--raw')) as {
      workflowExecutionInfo: { execution: { runId: string }; historyLength: string };
    };
  const length = async () => Number((await describe()).workflowExecutionInfo.historyLength);
  const runId = async () => (await describe()).workflowExecutionInfo.execution.runId;
  await until('nearly suggested', async () => (await length()) > NEARLY_SUGGESTED, 300_000);
  const paused = await runCli(folder, 'pause', 'last');
  check('paused', paused.exitCode === 0, paused.stdout.trim());
  const pausedRun = await runId();
  await until(
    'a new run while paused',
    async () => {
      await temporal(folder, 'workflow', 'signal', '-w', workflowId, '--name', 'wake').catch(() => null);
      return (await runId()) !== pausedRun;
    },
    180_000,
  );
  const status = await runCli(folder, 'status', 'last');
  check('still paused in the new run', status.stdout.includes('paused'), status.stdout.split('\n')[0]);
  return pausedRun;
}

function checkRuns(runs: readonly Run[], atLeast: number): void {
  check(`at least ${atLeast} runs in the chain`, runs.length >= atLeast, runs.length);
  const most = (of: (run: Run) => number) => Math.max(...runs.map(of));
  check(
    'events below 10,240',
    most(({ events }) => events) < 10_240,
    runs.map(({ events }) => events),
  );
  check(
    'history below 10 MB',
    most(({ sizeBytes }) => sizeBytes) < 10e6,
    runs.map(({ sizeBytes }) => sizeBytes),
  );
  const payload = most(({ largestPayloadBytes }) => largestPayloadBytes);
  check('no payload over 64 KB', payload <= 64 * 1024, payload);
}

async function smallTexts(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    await writeFile(
      join(folder, fileName(n)),
      `Document ${n}. ${'Some more words of it. '.repeat(3 + (n % 15))}\n`,
    );
  }
}

function fileName(n: number): string {
  return `${String(n).padStart(6, '0')}.txt`;
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(0)} s`;
}
