// 250,000 tiny documents by the batch: every provider batch within 100,000 requests and 256 MB, never more than the queue
// takes, each request billed once, and the peak memory of worker and command line below 500 MB each. COUNT=<n> for fewer;
// prints how far it is, and what is resident then.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, lookInto } from './check.ts';
import { startSimulator } from './claude.ts';

const COUNT = Number(process.env.COUNT ?? 250_000);
const MOST_REQUESTS = Math.min(100_000, Math.ceil(COUNT / 2.5));
const QUEUE = 2 * MOST_REQUESTS;
const MOST_BYTES = 250_000_000;
const RSS_MB = 500;
const TELL_MS = Math.max(5_000, COUNT / 10);
const batches = { unknownForMs: 0, maxRequests: MOST_REQUESTS, maxBytes: 256 * 1024 * 1024, queueCap: QUEUE };
const simulator = await startSimulator({ batches: { ...batches, durationMs: 60_000 } }, 8_192);
const project = await projectFolder();
const { folder } = project;
try {
  await writeFile(
    join(folder, 'docbatch.yaml'),
    `claude: { batches: { maxRequests: ${MOST_REQUESTS}, maxBytes: ${MOST_BYTES}, queueCap: ${QUEUE} } }\n`,
  );
  await writeTiny(join(folder, 'tiny'));
  await runCli(folder, 'up');
  const pid = await workerPid();
  const startedAtMs = performance.now();
  const db = await lookInto(folder);
  const running = startCli(folder, [
    ...['process', 'tiny', '--analyzer', 'claude-batch', '--parallel', '100', '-b', '250', '--yes'],
  ]);
  const cliPid = running.child.pid!;
  let cliMb = 0;
  const looking = setInterval(() => {
    peakOf(cliPid).then(
      (mb) => (cliMb = Math.max(cliMb, mb)),
      () => undefined,
    );
  }, 1_000);
  const telling = setInterval(() => void tell(db, pid, cliPid, startedAtMs), TELL_MS);
  const { exitCode, stderr } = await running.done;
  clearInterval(looking);
  clearInterval(telling);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  check('exit 0', exitCode === 0, exitCode === 0 ? `${seconds.toFixed(0)} s` : stderr.slice(-500));
  const peakMb = await peakOf(pid);
  check('one worker all the time', (await workerPid()) === pid, pid);
  check(`peak of the worker below ${RSS_MB} MB`, peakMb < RSS_MB, `${peakMb.toFixed(0)} MB`);
  check(`peak of the command line below ${RSS_MB} MB`, cliMb < RSS_MB, `${cliMb.toFixed(0)} MB`);

  await checkAccount(db, COUNT);
  const { rows: groups } = await db.query<{ requests: number; bytes: number }>(
    `SELECT request_count AS requests, size_bytes AS bytes,
            EXTRACT(EPOCH FROM p.sent_at - b.created_at)::int AS "sentAfterS", EXTRACT(EPOCH FROM p.ended_at - b.created_at)::int AS "endedAfterS"
     FROM provider_batches p JOIN processing_batches b ON b.id = p.batch_id ORDER BY p.created_at`,
  );
  const sizes = groups.map(({ requests }) => requests);
  check('no provider batch above the most', Math.max(...sizes) <= MOST_REQUESTS, sizes);
  check('nor above 256 MB', Math.max(...groups.map(({ bytes }) => bytes)) <= 256_000_000, groups);
  const { byStatus, unanswered, ...totals } = await simulator.totals();
  check('every request billed once', totals.billed === COUNT && totals.billedTwice === 0, totals.billed);
  const refused = Object.keys(byStatus).filter((name) => /^batches [45]/.test(name));
  check('nothing was refused', refused.length === 0, byStatus);
  // Reading results again, as after a lost heartbeat, is harmless; a create call without an answer is not.
  const created = unanswered.filter((call) => call.startsWith('POST'));
  check('every create call was answered', created.length === 0, unanswered);
  const { rows } = await db.query<{ spent: number }>('SELECT cost_nano_usd AS spent FROM processing_batches');
  check('the sum is the ledger’s', rows[0]?.spent === totals.costNanoUsd, totals.costNanoUsd);
  await db.close();
} finally {
  await project.remove();
  await simulator.close();
}

async function writeTiny(target: string): Promise<void> {
  await mkdir(target);
  for (let from = 0; from < COUNT; from += 500) {
    const some = Array.from({ length: Math.min(500, COUNT - from) }, (_, n) => from + n);
    await Promise.all(some.map((n) => writeFile(join(target, `${n}.txt`), `Receipt ${n}: one stamp.\n`)));
  }
}

async function workerPid(): Promise<number> {
  return Number(await readFile(join(folder, '.docbatch/worker.pid'), 'utf8'));
}

async function tell(db: Database, pid: number, cliPid: number, startedAtMs: number): Promise<void> {
  const { rows } = await db.query<{ state: string; items: number }>(
    `SELECT CASE WHEN stage = 'provider' THEN 'asked' ELSE state END AS state, COUNT(*)::int AS items FROM batch_items GROUP BY 1 ORDER BY 1`,
  );
  const items = rows.map(({ state, items: count }) => `${state} ${count}`).join(', ');
  const resident = await Promise.all([pid, cliPid].map((one) => residentOf(one).catch(() => 0)));
  const [worker, cli] = resident.map((mb) => mb.toFixed(0));
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(0);
  process.stdout.write(`  ${seconds} s: ${items}; worker ${worker} MB, command line ${cli} MB\n`);
}

async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) / 1_024;
}

/** The most that was ever resident, in MB, as the kernel counts it. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) / 1_024;
}
