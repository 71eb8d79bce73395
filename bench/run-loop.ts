import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from '../src/db/database.ts';
import { openDatabase } from '../src/db/database.ts';
import { migrate } from '../src/db/migrate.ts';
import { freePort } from '../src/dev/free-port.ts';
import { startPostgres } from '../src/dev/postgres.ts';
import type { EngineRun, Task } from './engine-run.ts';
import { killFigures, killInTheMiddle, readCommits, readRows } from './engine-run.ts';
import { startMeter } from './meter.ts';
import { peakRssBytes } from './process-cost.ts';

/** The loop of loop.ts on a PostgreSQL of the same kind, settings and tables. */
export async function runLoop(task: Task): Promise<EngineRun> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-bench-loop-'));
  const postgres = await startPostgres({
    stateDir: folder,
    port: await freePort(),
    password: randomUUID(),
    removeAfter: folder,
    onOutput: () => undefined,
  });
  try {
    const db = openDatabase(postgres.url, 2);
    await migrate(db);
    await plan(db, task);
    const commitsBefore = await readCommits(db, false);
    const startedAtMs = Date.now();
    let loop = startLoop(postgres.url, task);
    const meter = startMeter({ worker: loop.pid!, postgres: postgres.process.groupId }, task.modelPid);
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakRssBytes(loop.pid!))), 100);
    const killedAtMs = await killInTheMiddle(task, async () => {
      loop.kill('SIGKILL');
      await once(loop, 'exit');
      loop = startLoop(postgres.url, task);
    });
    const [code] = (await once(loop, 'exit')) as [number];
    clearInterval(watch);
    if (code !== 0) throw new Error(`The loop ended with ${code}`);
    const cost = meter.stop();
    const { lastCommitMs, faults } = await readRows(db, task.names);
    const commits = (await readCommits(db, true)) - commitsBefore;
    await db.close();
    const ledger = await task.ledger();
    return {
      engine: 'loop',
      seconds: (lastCommitMs - ledger[0]!.atMs) / 1000,
      startUpSeconds: (ledger[0]!.atMs - startedAtMs) / 1000,
      ...cost,
      peakRssBytes: peak,
      childrenRssBytes: 0,
      commits,
      calls: ledger.length,
      kill: killedAtMs === null ? null : killFigures(ledger, killedAtMs),
      faults,
    };
  } finally {
    await postgres.process.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function startLoop(databaseUrl: string, { modelUrl, parallel, retryDelayMs }: Task): ChildProcess {
  const program = fileURLToPath(new URL('./loop.js', import.meta.url));
  const args = [program, databaseUrl, modelUrl, String(parallel), String(retryDelayMs)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What docbatch's own intake and planning leave behind: a row per document and per item. */
async function plan(db: Database, { folder, names }: Task): Promise<void> {
  await db.query(
    `WITH batch AS (
       INSERT INTO processing_batches (id, status, total_items) VALUES ($1, 'running', cardinality($3::text[]))
     ), documents AS (
       INSERT INTO file_document (uri, name)
       SELECT $2 || '/' || name, name FROM unnest($3::text[]) AS name RETURNING id, name
     )
     INSERT INTO batch_items (batch_id, document_id, chunk_no, position)
     SELECT $1, id, 1, row_number() OVER (ORDER BY name) FROM documents`,
    [randomUUID(), folder, names],
  );
}
