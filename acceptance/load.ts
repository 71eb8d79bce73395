import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import type { ModelServer } from '../test/support/model-server.ts';
import type { RunningCli } from '../test/support/run-cli.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, lookInto } from './check.ts';
import { temporalAddress } from './temporal-address.ts';

/** A project of its own with its stack up, for one part of a script. */
export interface Stage {
  folder: string;
  db: Database;
  workerPid(): Promise<number>;
  /** A second worker on the same stack. */
  startWorker(): Promise<RunningCli>;
}

export async function onStage(title: string, play: (stage: Stage) => Promise<void>): Promise<void> {
  process.stdout.write(`\n${title}\n`);
  const project = await projectFolder();
  const { folder } = project;
  const helpers: RunningCli[] = [];
  try {
    const up = await runCli(folder, 'up');
    if (up.exitCode !== 0) throw new Error(up.stderr);
    const db = await lookInto(folder);
    try {
      await play({
        folder,
        db,
        workerPid: () => workerPid(folder),
        startWorker: async () => {
          const worker = startCli(folder, ['worker'], {
            DATABASE_URL: await databaseUrl(folder),
            TEMPORAL_ADDRESS: await temporalAddress(folder),
          });
          helpers.push(worker);
          await new Promise<void>((ready, failed) => {
            worker.child.stderr!.on('data', (text: Buffer) => text.includes('ready') && ready());
            void worker.done.then(({ stderr }) => failed(new Error(stderr)));
          });
          return worker;
        },
      });
    } finally {
      await db.close();
    }
  } catch (error) {
    check('the part ran to its end', false, (error as Error).message);
  } finally {
    for (const { child } of helpers) child.kill('SIGTERM');
    await Promise.all(helpers.map(({ done }) => done));
    await project.remove();
  }
}

export async function databaseUrl(folder: string): Promise<string> {
  const stack = JSON.parse(await readFile(join(folder, '.docbatch/stack.json'), 'utf8')) as {
    ports: { postgres: number };
  };
  const password = (await readFile(join(folder, '.docbatch/postgres-password'), 'utf8')).trim();
  return `postgres://docbatch:${password}@127.0.0.1:${stack.ports.postgres}/docbatch`;
}

async function workerPid(folder: string): Promise<number> {
  return Number(await readFile(join(folder, '.docbatch/worker.pid'), 'utf8'));
}

/** Resident memory now and at its highest, in MB; null when the process is gone. */
export function memoryOf(pid: number): { nowMb: number; peakMb: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const mb = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) / 1024;
    return mb('VmRSS') === 0 ? null : { nowMb: mb('VmRSS'), peakMb: mb('VmHWM') };
  } catch {
    return null;
  }
}

/** One line of the newest batch's account, with its attempts and states. */
export async function account(db: Database): Promise<{
  id: string;
  status: string;
  reason: string | null;
  total: number;
  completed: number;
  failed: number;
  attempts: number;
  results: number;
}> {
  const { rows } = await db.query<Awaited<ReturnType<typeof account>>>(
    `SELECT b.id, b.status, b.status_reason AS reason, COUNT(*)::int AS total,
            COUNT(*) FILTER (WHERE i.state = 'completed')::int AS completed, COUNT(*) FILTER (WHERE i.state = 'failed')::int AS failed,
            SUM(i.attempts)::int AS attempts, (SELECT COUNT(*)::int FROM document_results r WHERE r.batch_id = b.id) AS results
     FROM processing_batches b JOIN batch_items i ON i.batch_id = b.id
     WHERE b.created_at = (SELECT MAX(created_at) FROM processing_batches) GROUP BY b.id`,
  );
  return rows[0]!;
}

export function distinctDocuments(model: ModelServer): number {
  return new Set(model.calls.map(({ document }) => document)).size;
}

/** The most calls that were open at one moment, of those that began within the span. */
export function mostAtOnce(
  model: ModelServer,
  fromMs: number,
  toMs: number,
): { calls: number; most: number } {
  const within = model.calls.filter(({ startedAtMs }) => startedAtMs > fromMs && startedAtMs < toMs);
  const open = (at: number) =>
    within.filter((call) => call.startedAtMs <= at && (call.endedAtMs === 0 || call.endedAtMs > at)).length;
  return { calls: within.length, most: Math.max(0, ...within.map((call) => open(call.startedAtMs))) };
}

/** The Temporal program of the project against its own server; answers with parsed JSON. */
export async function temporal(folder: string, ...args: string[]): Promise<unknown> {
  const text = execFileSync(
    join(folder, '.docbatch/bin/temporal'),
    ['--address', await temporalAddress(folder), ...args, '-o', 'json'],
    { encoding: 'utf8', maxBuffer: 1 << 30 },
  );
  return text.trim() === '' ? null : JSON.parse(text);
}
