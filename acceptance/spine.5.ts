// The same with `kill -9` of Temporal and of PostgreSQL, each started again by the keeper; a worker lives through both.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, killPart } from './check.ts';
import type { Scene } from './kill-scenario.ts';
import { playScenario, seededRandom, untilCalled } from './kill-scenario.ts';

const COUNT = Number(process.env.COUNT ?? 2_000);
const seed = Number(process.argv[2] ?? Date.now() % 100_000);
process.stdout.write(`seed ${seed}\n`);
const random = seededRandom(seed);
const workerPid = ({ folder }: Scene) => readFile(join(folder, '.docbatch/worker.pid'), 'utf8');

let worker = '';
await playScenario({
  title: 'Temporal, then PostgreSQL, then both',
  count: COUNT,
  strikes: async (scene) => {
    const { folder, strike } = scene;
    const kill = (part: 'temporal' | 'postgres') => strike(part, () => killPart(folder, part));
    await untilCalled(scene, random() * 0.3);
    worker = await workerPid(scene);
    await kill('temporal');
    await untilCalled(scene, 0.3 + random() * 0.3);
    await kill('postgres');
    await untilCalled(scene, 0.7 + random() * 0.2);
    await strike('both', () => Promise.all([killPart(folder, 'temporal'), killPart(folder, 'postgres')]));
  },
  afterwards: async (scene) => {
    check('the worker lived through it', (await workerPid(scene)) === worker, worker.trim());
    const { exitCode } = await scene.running.done;
    check('so did the command', exitCode === 0, exitCode);
  },
});
