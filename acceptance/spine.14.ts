// The bench with the line's numbers: speed against the ideal and the loop, memory, and the way back after a kill -9.
// Two quiet cores are needed; arguments go to the bench, e.g. `--runs 3`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Bench } from '../bench/print-bench.ts';
import { describeBench } from '../bench/print-bench.ts';
import { packageRoot } from '../src/paths.ts';
import { check } from './check.ts';

const given = process.argv.slice(2);
const speed = bench([...given]);
const { docbatch } = speed.medians;
check('at most 1.12 × the ideal time', docbatch.overIdeal <= 1.12, docbatch.overIdeal.toFixed(3));
check('at least the rate of the loop', docbatch.againstLoop >= 1, docbatch.againstLoop.toFixed(3));
const peaks = speed.runs.flatMap((run) => (run.engine === 'docbatch' ? [run.peakRssBytes / 2 ** 20] : []));
check(
  'the memory of the worker stays below 300 MB in each run',
  Math.max(...peaks) < 300,
  peaks.map(Math.round),
);

const killed = bench(['--documents', '3000', '--runs', '1', '--kill']);
const { kill } = killed.runs.find((run) => run.engine === 'docbatch')!;
check(
  'after kill -9 the first new document starts within 6 s',
  kill!.firstNewDocument <= 6,
  kill!.firstNewDocument,
);
check(
  'at most the calls in flight are repeated: those in slots, and as many that are not committed',
  kill!.repeatedCalls <= 2 * killed.parallel,
  kill!.repeatedCalls,
);

function bench(args: readonly string[]): Bench {
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(packageRoot, 'dist/bench/main.js'), '--json', ...args],
    { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  check('every document has its own answer', status === 0, status);
  const result = JSON.parse(stdout) as Bench;
  process.stdout.write(`${describeBench(result)}\n`);
  return result;
}
