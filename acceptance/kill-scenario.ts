import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import type { ModelServer } from '../test/support/model-server.ts';
import { startModelServer } from '../test/support/model-server.ts';
import type { RunningCli } from '../test/support/run-cli.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, lookInto, until, writeTexts } from './check.ts';

export const PARALLEL = 50;

/** A running batch of `count` documents of 200 ms each, as a kill script sees it. */
export interface Scene {
  folder: string;
  count: number;
  model: ModelServer;
  db: Database;
  running: RunningCli;
  /** Documents that the callee has seen. */
  called(): number;
  /** Kills; what was in flight at that moment (sent, and not committed) may be repeated. */
  strike(what: string, kill: () => Promise<unknown> | number): Promise<void>;
}

export interface Scenario {
  title: string;
  count: number;
  args?: string[];
  strikes(scene: Scene): Promise<void>;
  /** Looks once more before everything is removed. */
  afterwards?(scene: Scene): Promise<void>;
}

/** Runs a batch under strikes, resumes it by one command, and checks that nothing is lost and little repeated. */
export async function playScenario({
  title,
  count,
  args = [],
  strikes,
  afterwards,
}: Scenario): Promise<void> {
  process.stdout.write(`\n${title}\n`);
  const project = await projectFolder();
  const model = await startModelServer(() => ({ delayMs: 200 }));
  const { folder } = project;
  try {
    await writeTexts(join(folder, 'docs'), count);
    await runCli(folder, 'up');
    const db = await lookInto(folder);
    const parallel = ['--parallel', String(PARALLEL)];
    const running = startCli(folder, [
      'process',
      'docs',
      '--analyzer',
      model.url,
      ...parallel,
      '--json',
      ...args,
    ]);
    const called = () => new Set(model.calls.map(({ document }) => document)).size;
    let allowed = 0;
    const strike: Scene['strike'] = async (what, kill) => {
      const stored = await storedItems(db);
      await kill();
      const inFlight = called() - stored;
      allowed += inFlight;
      process.stdout.write(`  ${what} killed after ${called()} documents, ${inFlight} in flight\n`);
    };
    const scene = { folder, count, model, db, running, called, strike };
    await strikes(scene);
    await running.done;
    await db.close();
    const resumed = await runCli(folder, 'resume', 'last', '--json');
    check(
      'resume ends with 0',
      resumed.exitCode === 0,
      `${resumed.exitCode} ${resumed.exitCode === 0 ? '' : resumed.stderr.slice(-600)}`,
    );
    await runCli(folder, 'up');
    const after = await lookInto(folder);
    await checkAccount(after, count);
    await afterwards?.({ ...scene, db: after });
    await after.close();
    const repeated = model.calls.length - called();
    check('repeated calls at most what was in flight', repeated <= allowed, `${repeated} of ${allowed}`);
  } finally {
    await model.close();
    await project.remove();
  }
}

export async function untilCalled(scene: Scene, share: number): Promise<void> {
  const wanted = Math.ceil(share * scene.count);
  await until(`${wanted} documents called`, () => scene.called() >= wanted, 240_000);
}

export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Reproducible: the same seed gives the same moments. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

async function storedItems(db: Database): Promise<number> {
  const { rows } = await db.query<{ stored: number }>(
    `SELECT COUNT(*)::int AS stored FROM batch_items WHERE state IN ('completed', 'failed')`,
  );
  return rows[0]!.stored;
}
