import { Command } from 'commander';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { openBatchesByName, resolveBatch } from '../../src/db/resolve-batch.ts';
import { exitCodeFor } from '../../src/domain/batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { nextCommands } from '../batch-end.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import { openSession } from '../open-session.ts';
import { describe } from '../output/progress-view.ts';
import type { Register } from '../program.ts';

interface Flags {
  json?: boolean;
}

const BATCH = ['[batch]', 'id, start of an id, name, or last'] as const;

export function registerStatus(register: Register): void {
  const command = new Command('status').description('how a batch stands, now').argument(...BATCH);
  register(command.option('--json', 'as JSON'), status);
}

export function registerList(register: Register): void {
  register(new Command('list').description('the newest 50 batches').option('--json', 'as JSON'), list);
}

export function registerWait(register: Register): void {
  const command = new Command('wait').description('wait for a batch; the exit code is that of process');
  register(command.argument(...BATCH), wait);
}

export function registerMonitor(register: Register): void {
  const command = new Command('monitor')
    .description('watch a batch until it stands still')
    .argument(...BATCH);
  register(command.option('--json', 'one JSON object per line'), monitor);
}

/** Looks at the workflows first where Temporal is there: a row never claims to run when nothing does. */
async function status(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const { db } = await openSession(context, { worker: false });
  const { id } = await resolveBatch(db, named);
  const snapshot = await batchSnapshot(db, id);
  if (flags.json === true) {
    context.out(JSON.stringify(snapshot, null, 2));
    return 0;
  }
  const { counts, reason, detail } = snapshot;
  context.out(
    `Batch ${shortId(id)} (${snapshot.name}): ${snapshot.status}${snapshot.stalled ? ', stalled' : ''}`,
  );
  context.out(
    `${describe({ ...snapshot, status: 'processing', stalledReason: null })} · total ${counts.total}`,
  );
  if (reason !== null) context.out(`Reason: ${reason}${detail === null ? '' : ` (${detail})`}`);
  if (snapshot.stalledReason !== null) context.out(`Stalled: ${snapshot.stalledReason}`);
  for (const [what, command] of nextCommands(snapshot)) {
    context.out(`${what.padEnd(16)}${commandLine(context.env, command)}`);
  }
  return 0;
}

async function list(context: CliContext, flags: Flags): Promise<number> {
  const db = await context.database();
  const { rows } = await db.query<Record<string, string | number | boolean>>(
    `SELECT id, COALESCE(batch_name, id::text) AS name, status, total_items AS total, processed_items AS completed,
            failed_items AS failed, stalled, created_at AS created
     FROM processing_batches ORDER BY created_at DESC LIMIT 50`,
  );
  if (flags.json === true) context.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) context.out('There is no batch yet.');
  for (const row of flags.json === true ? [] : rows) {
    context.out(
      `${shortId(String(row.id))}  ${`${String(row.status)}${row.stalled === true ? ', stalled' : ''}`.padEnd(24)} ${row.completed}/${row.total} done, ${row.failed} failed  ${row.name}`,
    );
  }
  return 0;
}

async function wait(context: CliContext, named: string | undefined): Promise<number> {
  const { db } = await openSession(context, { worker: true });
  const { id } = await resolveBatch(db, named);
  const { status: end, reason } = await followBatch(context, db, id, () =>
    Promise.resolve(process.exit(130)),
  );
  context.out(end);
  return exitCodeFor(end, reason);
}

async function monitor(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const { db, webUiUrl } = await openSession(context, { worker: false });
  const id = await monitored(db, named);
  if (webUiUrl !== null) context.err(`Web UI: ${webUiUrl}`);
  const last = await followBatch(
    context,
    db,
    id,
    () => Promise.resolve(process.exit(130)),
    (snapshot) => {
      if (flags.json === true) context.out(JSON.stringify(snapshot));
    },
  );
  if (flags.json !== true)
    context.out(`Batch ${shortId(id)} (${last.name}): ${last.status}; ${describe(last)}`);
  return 0;
}

async function monitored(db: Database, named: string | undefined): Promise<string> {
  const open = named === undefined ? await openBatchesByName(db) : [];
  return open.length === 1 ? open[0]!.id : (await resolveBatch(db, named)).id;
}
