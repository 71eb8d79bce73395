// 2,000 documents of 200 ms under `kill -9` of worker, CLI, and everything, at moments from a printed seed.
// Arguments: a seed, and names of scenarios (kills planning storing continuing finalizing everything) to run only those.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { killPart, until } from './check.ts';
import type { Scenario, Scene } from './kill-scenario.ts';
import { playScenario, seededRandom, untilCalled, wait } from './kill-scenario.ts';
import { killEverything } from './processes.ts';
import { temporalAddress } from './temporal-address.ts';

const COUNT = Number(process.env.COUNT ?? 2_000);
const seed = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? Date.now() % 100_000);
process.stdout.write(`seed ${seed}\n`);
const random = seededRandom(seed);

/** What the killed process had sent is counted when the callee has read it. */
const arrived = () => wait(200);
const killWorker = ({ folder, strike }: Scene) =>
  strike('worker', () => killPart(folder, 'worker').then(arrived));
const killCli = ({ running, strike }: Scene) => strike('CLI', () => Number(running.child.kill('SIGKILL')));

const scenarios: Record<string, Omit<Scenario, 'title'>> = {
  kills: {
    count: COUNT,
    strikes: async (scene) => {
      const strikes = [killWorker, killWorker, killCli].sort(() => random() - 0.5);
      for (const [n, strike] of strikes.entries()) {
        await untilCalled(scene, n * 0.3 + random() * 0.28);
        await strike(scene);
      }
    },
  },
  planning: {
    count: COUNT,
    strikes: async (scene) => {
      await until(
        'the row',
        async () => (await scene.db.query('SELECT FROM processing_batches')).rowCount > 0,
      );
      await wait(random() * 150);
      await killWorker(scene);
    },
  },
  storing: {
    count: COUNT,
    strikes: async (scene) => {
      for (const share of [random() * 0.4, 0.4 + random() * 0.4]) {
        await untilCalled(scene, share);
        await until('a commit under way', async () => {
          const { rowCount } = await scene.db.query(
            `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%from_state text, state text%' AND pid <> pg_backend_pid()`,
          );
          return rowCount > 0;
        });
        await killWorker(scene);
      }
    },
  },
  continuing: {
    count: COUNT,
    args: ['--batch-size', '1'],
    strikes: async (scene) => {
      await untilCalled(scene, 0.1);
      await until(
        'it is about to continue as new',
        async () => (await historyLength(scene)) >= 4_096,
        240_000,
      );
      await killWorker(scene);
    },
  },
  finalizing: {
    count: COUNT,
    strikes: async (scene) => {
      await untilCalled(scene, 1);
      await wait(random() * 500);
      await killWorker(scene);
    },
  },
  everything: {
    count: COUNT,
    strikes: async (scene) => {
      await untilCalled(scene, 0.1 + random() * 0.8);
      await scene.strike('everything', () => {
        killEverything(scene.folder);
        return arrived();
      });
    },
  },
};

/** Asked of Temporal's own program, beside the model server and not instead of it. */
async function historyLength({ folder, db }: Scene): Promise<number> {
  const { rows } = await db.query<{ id: string }>('SELECT workflow_id AS id FROM processing_batches');
  const args = [
    'workflow',
    'describe',
    '--address',
    await temporalAddress(folder),
    '-w',
    rows[0]!.id,
    '-o',
    'json',
  ];
  const { stdout } = await promisify(execFile)(join(folder, '.docbatch/bin/temporal'), args);
  const { workflowExecutionInfo } = JSON.parse(stdout) as {
    workflowExecutionInfo: { historyLength?: string };
  };
  return Number(workflowExecutionInfo.historyLength ?? 0);
}

const named = Object.keys(scenarios).filter((name) => process.argv.includes(name));
for (const name of named.length > 0 ? named : Object.keys(scenarios)) {
  await playScenario({ title: name, ...scenarios[name]! });
}
