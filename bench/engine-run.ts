import type { Database } from '../src/db/database.ts';
import type { Cost } from './meter.ts';
import { plannedWork } from './simulated-model.ts';
import type { LedgerEntry } from './start-model.ts';

/** What both engines are given. */
export interface Task {
  /** Folder and names of the documents. */
  folder: string;
  names: readonly string[];
  parallel: number;
  retryDelayMs: number;
  modelUrl: string;
  modelPid: number;
  ledger(): Promise<LedgerEntry[]>;
  /** Kill the process that calls, with SIGKILL, when this share of the documents was called. */
  killAt: number | null;
}

/** One engine over all documents, once. */
export interface EngineRun extends Cost {
  engine: 'docbatch' | 'loop';
  /** From the first call to the last commit. */
  seconds: number;
  /** From the command to the first call. */
  startUpSeconds: number;
  peakRssBytes: number;
  /** Of processes that the worker started. */
  childrenRssBytes: number;
  commits: number;
  calls: number;
  kill: KillFigures | null;
  /** What is wrong with the rows; empty when every document has its own answer. */
  faults: string[];
}

export interface KillFigures {
  afterCalls: number;
  /** From the kill to the next call of any document, and of one that was not called before; in seconds. */
  firstCall: number;
  firstNewDocument: number;
  /** Same document and attempt again. */
  repeatedCalls: number;
}

/** The last commit, from the rows; and whether each document has exactly its own answer. */
export async function readRows(
  db: Database,
  names: readonly string[],
): Promise<{ lastCommitMs: number; faults: string[] }> {
  const { rows } = await db.query<{
    name: string;
    state: string;
    answered: string | null;
    finishedMs: number;
  }>(
    `SELECT d.name, i.state, r.result->>'document' AS answered, (EXTRACT(EPOCH FROM i.finished_at) * 1000)::float8 AS "finishedMs"
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id`,
  );
  const found = new Map(rows.map((row) => [row.name, row]));
  const faults = names.flatMap((name) => {
    const row = found.get(name);
    if (row === undefined) return [`${name} is missing`];
    if (row.state === 'completed' && row.answered !== name)
      return [`${name} has the answer of ${row.answered}`];
    return row.state === 'completed' || row.state === 'failed' ? [] : [`${name} is ${row.state}`];
  });
  if (rows.length !== names.length) faults.push(`${rows.length} items for ${names.length} documents`);
  faults.push(...(await otherRows(db, names)));
  return { lastCommitMs: Math.max(...rows.map(({ finishedMs }) => finishedMs)), faults };
}

/** What else both engines write: texts, an error for each fault, and the counters. */
async function otherRows(db: Database, names: readonly string[]): Promise<string[]> {
  const { calls, failed } = plannedWork(names);
  const wanted = { texts: names.length, errors: calls - names.length + failed, counted: names.length };
  const { rows } = await db.query<typeof wanted>(
    `SELECT (SELECT COUNT(*)::int FROM document_texts) AS texts, (SELECT COUNT(*)::int FROM processing_errors) AS errors,
            (SELECT SUM(processed_items + failed_items)::int FROM processing_batches) AS counted`,
  );
  return Object.entries(rows[0]!).flatMap(([what, is]) => {
    const should = wanted[what as keyof typeof wanted];
    return is === should ? [] : [`${is} ${what} instead of ${should}`];
  });
}

/** Commits in the current database so far. Backends keep theirs back for seconds, until they end: so they are ended. */
export async function readCommits(db: Database, endBackends: boolean): Promise<number> {
  if (endBackends) {
    await db.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
  }
  const { rows } = await db.query<{ commits: number }>(
    'SELECT xact_commit AS commits FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]!.commits;
}

/** Kills once the wanted share of the documents was called; resolves with the moment, or null when it was not asked for. */
export async function killInTheMiddle(task: Task, kill: () => Promise<void>): Promise<number | null> {
  if (task.killAt === null) return null;
  const wanted = task.killAt * task.names.length;
  while ((await task.ledger()).length < wanted) await new Promise((resolve) => setTimeout(resolve, 100));
  const atMs = Date.now();
  await kill();
  return atMs;
}

/** What was sent before the kill arrives within this; no process is back so soon. */
const ARRIVAL_MS = 100;

export function killFigures(ledger: readonly LedgerEntry[], killedAtMs: number): KillFigures {
  const before = ledger.filter(({ atMs }) => atMs <= killedAtMs + ARRIVAL_MS);
  const after = ledger.filter(({ atMs }) => atMs > killedAtMs + ARRIVAL_MS);
  const known = new Set(before.map(({ document }) => document));
  const since = (entry: LedgerEntry | undefined) =>
    entry === undefined ? Number.NaN : (entry.atMs - killedAtMs) / 1000;
  const distinct = new Set(ledger.map(({ document, attempt }) => `${document}#${attempt}`));
  return {
    afterCalls: before.length,
    firstCall: since(after[0]),
    firstNewDocument: since(after.find(({ document }) => !known.has(document))),
    repeatedCalls: ledger.length - distinct.size,
  };
}
