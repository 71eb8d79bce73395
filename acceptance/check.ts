import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import type { Database } from '../src/db/database.ts';
import { until as poll } from '../test/support/until.ts';

/** Prints a figure and remembers a miss; the script exits 1 when anything was missed. */
export function check(what: string, ok: boolean, figure: unknown): void {
  process.stdout.write(
    `${ok ? 'ok  ' : 'MISS'} ${what}: ${typeof figure === 'string' ? figure : JSON.stringify(figure)}\n`,
  );
  if (!ok) process.exitCode = 1;
}

export async function writeTexts(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let n = 0; n < count; n++) {
    await writeFile(
      join(folder, `${String(n).padStart(5, '0')}.txt`),
      `Document number ${n}: nothing else is in it.\n`,
    );
  }
}

/** With a minute of patience, and gentle to what is measured. */
export function until(
  what: string,
  test: () => boolean | Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  return poll(what, test, timeoutMs, 50);
}

/** `kill -9` of a part of the stack, by the process id that it left in the project's folder. */
export async function killPart(folder: string, part: 'worker' | 'postgres' | 'temporal'): Promise<void> {
  const pid =
    part === 'postgres'
      ? await postmaster(folder)
      : Number(await readFile(join(folder, `.docbatch/${part}.pid`), 'utf8'));
  process.kill(pid, 'SIGKILL');
}

async function postmaster(folder: string): Promise<number> {
  const found = execFileSync('find', [join(folder, '.docbatch'), '-name', 'postmaster.pid'], {
    encoding: 'utf8',
  });
  return Number((await readFile(found.trim().split('\n')[0]!, 'utf8')).split('\n')[0]);
}

/** The project's own database, for looking from outside. */
export async function lookInto(folder: string): Promise<Database> {
  return openDatabase(await databaseUrl(folder), 2);
}

/** With the password, as a worker of one's own needs it. */
export async function databaseUrl(folder: string): Promise<string> {
  const stack = JSON.parse(await readFile(join(folder, '.docbatch/stack.json'), 'utf8')) as {
    ports: { postgres: number };
  };
  const password = (await readFile(join(folder, '.docbatch/postgres-password'), 'utf8')).trim();
  return `postgres://docbatch:${password}@127.0.0.1:${stack.ports.postgres}/docbatch`;
}

/** Counters of the row against a count over the items, and results against completed items. */
export async function checkAccount(db: Database, total: number): Promise<void> {
  const { rows } = await db.query<Record<string, number>>(
    `SELECT b.total_items, b.processed_items, b.failed_items,
            (SELECT COUNT(*)::int FROM batch_items i WHERE i.batch_id = b.id) AS items,
            (SELECT COUNT(*)::int FROM batch_items i WHERE i.batch_id = b.id AND i.state = 'completed') AS completed,
            (SELECT COUNT(*)::int FROM batch_items i WHERE i.batch_id = b.id AND i.state = 'failed') AS failed,
            (SELECT COUNT(*)::int FROM document_results r WHERE r.batch_id = b.id) AS results
     FROM processing_batches b ORDER BY created_at DESC LIMIT 1`,
  );
  const row = rows[0]!;
  check('every document is one item', row.items === total && row.total_items === total, row);
  check(
    'counters equal counts',
    row.processed_items === row.completed && row.failed_items === row.failed,
    '',
  );
  check('one result per completed document', row.results === row.completed, row.results);
}
