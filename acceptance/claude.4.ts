// `kill -9` of the worker at 20 moments over 1,000 documents, online and by the batch: one result per document; online,
// calls billed twice at most what was in flight; by the batch none, and exactly one provider batch per group, also when
// killed between create and save, and when the answer to the create call is lost.
// Arguments: a seed, and `online` or `batch` to run only that.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, killPart, lookInto, until } from './check.ts';
import type { Simulator } from './claude.ts';
import { letter, startSimulator } from './claude.ts';
import { seededRandom, wait } from './kill-scenario.ts';

const COUNT = Number(process.env.COUNT ?? 1_000);
const KILLS = Number(process.env.KILLS ?? 20);
const seed = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? Date.now() % 100_000);
const only = process.argv.find((text) => text === 'online' || text === 'batch');
process.stdout.write(`seed ${seed}\n`);
const random = seededRandom(seed);
const CREATE = 'POST /v1/messages/batches';

if (only !== 'batch') await play('claude', { latencyMs: 300, latencySpreadMs: 300 }, killAtRandom);
if (only !== 'online') {
  const create = [
    { endpoint: 'batches', contains: CREATE, times: 3, fault: { kind: 'lost' } },
    { endpoint: 'batches', contains: CREATE, fault: { kind: 'slow', delayMs: 400 } },
  ] as const;
  await play('claude-batch', { faults: [...create] }, killAroundCreate);
}

interface Scene {
  db: Database;
  simulator: Simulator;
  kill(what: string): Promise<void>;
}

async function play(
  analyzer: 'claude' | 'claude-batch',
  settings: Parameters<typeof startSimulator>[0],
  strikes: (scene: Scene) => Promise<void>,
): Promise<void> {
  process.stdout.write(`\n${analyzer}\n`);
  const simulator = await startSimulator(settings);
  const project = await projectFolder();
  const { folder } = project;
  try {
    await writeFile(
      join(folder, 'docbatch.yaml'),
      'claude: { batches: { maxRequests: 40, createTimeoutMs: 2000, holdMs: 3000 } }\n',
    );
    await mkdir(join(folder, 'letters'));
    for (let n = 0; n < COUNT; n++) await writeFile(join(folder, 'letters', `${n}.txt`), letter(n));
    await runCli(folder, 'up');
    const db = await lookInto(folder);
    const running = startCli(folder, [
      'process',
      'letters',
      '--analyzer',
      analyzer,
      '--parallel',
      '20',
      '--json',
      '--yes',
    ]);
    let inFlight = 0;
    const kill = async (what: string): Promise<void> => {
      // The keeper starts it again, a little later each time.
      const isKilled = () =>
        killPart(folder, 'worker').then(
          () => true,
          () => false,
        );
      await until('a worker to kill', isKilled, 60_000);
      const stored = await doneOf(db);
      await wait(200);
      const { billed, billedTwice } = (await simulator.ledger()).totals;
      inFlight += Math.max(0, billed - billedTwice - stored);
      process.stdout.write(`  killed ${what}, ${stored} documents done\n`);
    };
    await strikes({ db, simulator, kill });
    const { exitCode, stderr } = await running.done;
    check('the run ends with 0', exitCode === 0, exitCode === 0 ? '' : stderr.slice(-500));
    await checkAccount(db, COUNT);
    const { totals, entries } = await simulator.ledger();
    const { rows } = await db.query<{ spent: number; interrupted: number; calls: number }>(
      `SELECT cost_nano_usd AS spent, interrupted_nano_usd AS interrupted, (SELECT COUNT(*)::int FROM paid_calls) AS calls FROM processing_batches`,
    );
    const allowed = analyzer === 'claude' ? inFlight : 0;
    check(`calls billed twice at most ${allowed}`, totals.billedTwice <= allowed, totals.billedTwice);
    if (analyzer === 'claude-batch') {
      check('spent is the ledger’s', rows[0]?.spent === totals.costNanoUsd, [
        rows[0]?.spent,
        totals.costNanoUsd,
      ]);
      const made = new Set(entries.flatMap(({ batchId }) => batchId ?? []));
      const { rows: groups } = await db.query<{ id: string; adopted: boolean }>(
        'SELECT provider_id AS id, adopted FROM provider_batches ORDER BY created_at',
      );
      const created = await createdBatches(simulator);
      check('one provider batch per group', created === groups.length && made.size === groups.length, [
        created,
        groups.length,
      ]);
      check(
        'orphans were adopted',
        groups.some(({ adopted }) => adopted),
        groups.filter(({ adopted }) => adopted).length,
      );
    }
    await db.close();
  } finally {
    await project.remove();
    await simulator.close();
  }
}

async function killAtRandom({ db, kill }: Scene): Promise<void> {
  for (let n = 0; n < KILLS; n++) {
    const wanted = Math.floor(((n + random()) * COUNT) / (KILLS + 1));
    await until(`${wanted} documents`, async () => (await doneOf(db)) >= wanted, 120_000);
    await wait(random() * 300);
    await kill('somewhere');
  }
}

/** Every other one while a create call is under way: before it is made, or made and not answered. */
async function killAroundCreate({ db, kill }: Scene): Promise<void> {
  for (let n = 0; n < KILLS; n++) {
    const isAimed = n % 2 === 0;
    const looks = isAimed ? aCreateCall : itemsMoving;
    await until('something to hit', async () => (await looks(db)) || (await isOver(db)), 120_000);
    if (await isOver(db)) return;
    await wait(random() * (isAimed ? 500 : 1_500));
    await kill(isAimed ? 'around a create call' : 'somewhere');
  }
}

async function aCreateCall(db: Database): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM provider_batches WHERE state = 'creating' AND sent_at > clock_timestamp() - interval '300 milliseconds'`,
  );
  return rowCount > 0;
}

async function itemsMoving(db: Database): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM batch_items WHERE state IN ('pending', 'processing') LIMIT 1`,
  );
  return rowCount > 0;
}

async function isOver(db: Database): Promise<boolean> {
  const { rowCount } = await db.query(`SELECT FROM processing_batches WHERE completed_at IS NOT NULL`);
  return rowCount > 0;
}

async function doneOf(db: Database): Promise<number> {
  const { rows } = await db.query<{ done: number }>(
    `SELECT COUNT(*)::int AS done FROM batch_items WHERE state IN ('completed', 'failed')`,
  );
  return rows[0]!.done;
}

/** As the provider lists them. */
async function createdBatches({ url }: Simulator): Promise<number> {
  const response = await fetch(`${url}/v1/messages/batches?limit=1000`, {
    headers: { 'x-api-key': 'sk-simulated', 'anthropic-version': '2026-10-21' },
  });
  return ((await response.json()) as { data: unknown[] }).data.length;
}
