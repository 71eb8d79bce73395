// `npm run bench`: docbatch and a plain p-limit loop over the same documents and the same simulated model, in turn.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { temporalExecutable } from '../src/dev/temporal-executable.ts';
import { packageRoot } from '../src/paths.ts';
import type { EngineRun, Task } from './engine-run.ts';
import type { Bench } from './print-bench.ts';
import { describeBench, describeRun, figuresOf, median } from './print-bench.ts';
import { runDocbatch } from './run-docbatch.ts';
import { runLoop } from './run-loop.ts';
import { perfectMs } from './perfect-schedule.ts';
import { plannedWork } from './simulated-model.ts';
import { startModel } from './start-model.ts';
import { writeDocuments } from './write-documents.ts';

const USAGE = `npm run bench -- [--documents 5000] [--runs 5] [--parallel 50] [--retry-delay 500] [--kill] [--json]
  --kill   kill -9 the calling process in the middle of each run: how soon it goes on, what it repeats`;

const options = readOptions();
const folder = await mkdtemp(join(tmpdir(), 'docbatch-bench-documents-'));
const model = await startModel();
try {
  // Every project folder of the bench uses the program that this checkout has, or fetches now.
  process.env.TEMPORAL_CLI_PATH = (
    await temporalExecutable(join(packageRoot, '.docbatch'), process.env)
  ).path;
  const names = await writeDocuments(folder, options.documents);
  const work = plannedWork(names);
  const { parallel, retryDelayMs } = options;
  const idealSeconds = work.latencyMs / parallel / 1000;
  process.stderr.write(`${names.length} documents, ideal ${idealSeconds.toFixed(2)} s\n`);
  const task: Task = {
    ...{ folder, names, parallel, retryDelayMs },
    ...{ modelUrl: model.url, modelPid: model.pid, ledger: model.ledger },
    killAt: options.kill ? 0.5 : null,
  };
  const runs: EngineRun[] = [];
  for (let round = 0; round < options.runs; round++) {
    // Each goes first in every other round.
    for (const run of round % 2 === 0 ? [runDocbatch, runLoop] : [runLoop, runDocbatch]) {
      await model.clear();
      const ended = await run(task);
      process.stderr.write(`${describeRun(ended)}\n`);
      runs.push(ended);
    }
  }
  const of = (engine: EngineRun['engine']) => runs.filter((run) => run.engine === engine);
  const loopSeconds = median(of('loop').map(({ seconds }) => seconds));
  const medians: Bench['medians'] = {
    docbatch: figuresOf(of('docbatch'), work, idealSeconds, loopSeconds),
    loop: figuresOf(of('loop'), work, idealSeconds, loopSeconds),
  };
  const perfectSeconds = perfectMs(names, parallel, retryDelayMs) / 1000;
  const bench: Bench = { work, parallel, retryDelayMs, idealSeconds, perfectSeconds, runs, medians };
  process.stdout.write(`${options.json ? JSON.stringify(bench, null, 2) : describeBench(bench)}\n`);
  if (runs.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
} finally {
  await model.stop();
  await rm(folder, { recursive: true, force: true });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        documents: { type: 'string', default: '5000' },
        runs: { type: 'string', default: '5' },
        parallel: { type: 'string', default: '50' },
        'retry-delay': { type: 'string', default: '500' },
        kill: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const { documents, runs, parallel, kill, json } = values;
    return {
      documents: whole('documents', documents),
      runs: whole('runs', runs),
      parallel: whole('parallel', parallel),
      retryDelayMs: whole('retry-delay', values['retry-delay']),
      kill,
      json,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
    process.exit(1);
  }
}

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new Error(`Expected \`--${name}\` to be a whole number from 1, got \`${text}\``);
}
