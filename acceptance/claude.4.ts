// `kill -9` of all workers at 20 moments over 1,000 documents, online and by the batch: one result per document; online,
// calls billed twice at most what was in flight; by the batch none, and exactly one provider batch per group, also when
// killed between create and save, and when the answer to the create call is lost.
// Arguments: a seed, `online` or `batch` to run only that, `two` for a second worker, `quick` to kill (online) a moment
// after each start instead of all along the run.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import type { LedgerEntry, LedgerTotals } from '../test/support/claude-simulator/ledger.ts';
import type { RunningCli } from '../test/support/run-cli.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, databaseUrl, killPart, lookInto, until } from './check.ts';
import type { Simulator } from './claude.ts';
import { letter, startSimulator } from './claude.ts';
import { seededRandom, wait } from './kill-scenario.ts';
import { temporalAddress } from './temporal-address.ts';

const COUNT = Number(process.env.COUNT ?? 1_000);
const KILLS = Number(process.env.KILLS ?? 20);
const seed = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? Date.now() % 100_000);
const only = process.argv.find((text) => text === 'online' || text === 'batch');
const hasTwoWorkers = process.argv.includes('two');
const isQuick = process.argv.includes('quick');
process.stdout.write(`seed ${seed}\n`);
const random = seededRandom(seed);
const PARALLEL = 20;
/** Every so many letters one is asked about in about six parts: what was answered of it before a kill must not be asked again. */
const LONG_EACH = Number(process.env.LONG_EACH ?? 20);
const PART_CHARS = 2_000;
/** An answer that is not committed after this is worth a line. */
const LATE_MS = 2_000;
/** A busy simulator sees a call of a dead worker so much later; no worker is back so soon. */
const NOTICE_MS = 1_000;
const CREATE = 'POST /v1/messages/batches';

if (only !== 'batch') {
  await play('claude', { latencyMs: 300, latencySpreadMs: 300 }, isQuick ? killQuickly : killAtRandom);
}
if (only !== 'online') {
  const create = [
    { endpoint: 'batches', contains: CREATE, times: 3, fault: { kind: 'lost' } },
    { endpoint: 'batches', contains: CREATE, fault: { kind: 'slow', delayMs: 400 } },
  ] as const;
  await play('claude-batch', { faults: [...create] }, killAroundCreate);
}

function longLetter(n: number): string {
  let text = '';
  for (let part = 0; text.length < 5.5 * PART_CHARS; part++) text += letter(n + part * COUNT);
  return text;
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
    for (let n = 0; n < COUNT; n++) {
      await writeFile(join(folder, 'letters', `${n}.txt`), n % LONG_EACH === 0 ? longLetter(n) : letter(n));
    }
    await runCli(folder, 'up');
    const db = await lookInto(folder);
    const running = startCli(folder, [
      'process',
      'letters',
      '--analyzer',
      analyzer,
      '--parallel',
      String(PARALLEL),
      '--set',
      `chunking.maxChars=${PART_CHARS}`,
      '--set',
      'chunking.overlapChars=0',
      '--json',
      '--yes',
    ]);
    let second = hasTwoWorkers ? await startWorker(folder) : null;
    const killedAtMs: number[] = [];
    const kill = async (what: string): Promise<void> => {
      // The keeper starts it again, a little later each time.
      const isKilled = () =>
        killPart(folder, 'worker').then(
          () => true,
          () => false,
        );
      await until('a worker to kill', isKilled, 60_000);
      second?.child.kill('SIGKILL');
      killedAtMs.push(Date.now());
      if (second !== null) second = await startWorker(folder);
      process.stdout.write(`  killed ${what}, ${await doneOf(db)} documents done\n`);
    };
    await strikes({ db, simulator, kill });
    const { exitCode, stderr } = await running.done;
    second?.child.kill('SIGTERM');
    await second?.done;
    check('the run ends with 0', exitCode === 0, exitCode === 0 ? '' : stderr.slice(-500));
    await checkAccount(db, COUNT);
    const { totals, entries } = await simulator.ledger();
    const { rows } = await db.query<{ spent: number }>(
      'SELECT cost_nano_usd AS spent FROM processing_batches',
    );
    const cutOff = analyzer === 'claude' ? await callsCutOff(db, entries, killedAtMs) : [];
    const allowed = cutOff.reduce((sum, calls) => sum + calls, 0);
    check(`calls billed twice at most ${allowed}`, totals.billedTwice <= allowed, totals.billedTwice);
    if (analyzer === 'claude') {
      const most = 2 * PARALLEL;
      check(`at each kill at most ${most} were in flight`, Math.max(...cutOff) <= most, cutOff);
      await checkUnknown(db, folder, totals);
    }
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

async function killQuickly({ db, kill }: Scene): Promise<void> {
  for (let n = 0; n < KILLS; n++) {
    const before = await doneOf(db);
    if (await isOver(db)) return;
    await until('work', async () => (await itemsInWork(db)) || (await doneOf(db)) > before, 120_000);
    await wait(random() * 1_500);
    await kill('quickly');
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

async function itemsInWork(db: Database): Promise<boolean> {
  const { rowCount } = await db.query(
    `SELECT FROM batch_items i JOIN workers w ON w.heartbeat_at > clock_timestamp() - interval '2 seconds'
     WHERE i.state = 'processing' AND i.started_at > w.started_at LIMIT 1`,
  );
  return rowCount > 0;
}

/** By kill: the calls that were sent since the one before, and whose answer no row knows. */
async function callsCutOff(
  db: Database,
  entries: readonly LedgerEntry[],
  killedAtMs: readonly number[],
): Promise<number[]> {
  const { rows } = await db.query<{ id: string }>('SELECT request_id AS id FROM paid_calls');
  const known = new Set(rows.map(({ id }) => id));
  const unknown = entries.filter(
    ({ endpoint, requestId }) => endpoint === 'messages' && !known.has(requestId),
  );
  return killedAtMs.map((killMs, n) => {
    const before = (killedAtMs[n - 1] ?? -NOTICE_MS) + NOTICE_MS;
    const cutOff = unknown.filter(
      ({ startedAtMs }) => startedAtMs > before && startedAtMs <= killMs + NOTICE_MS,
    );
    for (const { startedAtMs, endedAtMs } of cutOff) {
      if ((endedAtMs ?? killMs) > killMs - LATE_MS) continue;
      process.stdout.write(
        `  kill ${n + 1}: a call of ${killMs - startedAtMs} ms before, answered ${killMs - endedAtMs!} ms before\n`,
      );
    }
    return cutOff.length;
  });
}

/** What was billed lies between what is told as spent and that with what is told as unknown; `cost reconcile` settles it. */
async function checkUnknown(db: Database, folder: string, totals: LedgerTotals): Promise<void> {
  const { rows } = await db.query<{ spent: number }>('SELECT cost_nano_usd AS spent FROM processing_batches');
  const spent = rows[0]!.spent;
  const told = async () =>
    JSON.parse((await runCli(folder, 'cost', 'last', '--json')).stdout) as {
      totalNanoUsd: number;
      unsettledNanoUsd: number;
      unsettledCalls: number;
    };
  const { totalNanoUsd, unsettledNanoUsd, unsettledCalls } = await told();
  const ledger = totals.costNanoUsd;
  check('the ledger is within what is told', spent <= ledger && ledger <= spent + unsettledNanoUsd, {
    ...{ spent, ledger, unsettledNanoUsd },
  });
  check('unknown calls at least those billed twice', unsettledCalls >= totals.billedTwice, unsettledCalls);
  process.stdout.write((await runCli(folder, 'cost', 'last')).stdout);
  process.stdout.write((await runCli(folder, 'cost', 'reconcile', 'last')).stdout);
  const after = await told();
  check('settled', after.unsettledNanoUsd === 0 && after.totalNanoUsd === totalNanoUsd, after);
}

/** One more worker on the project's servers. */
async function startWorker(folder: string): Promise<RunningCli> {
  return startCli(folder, ['worker'], {
    DATABASE_URL: await databaseUrl(folder),
    TEMPORAL_ADDRESS: await temporalAddress(folder),
  });
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
