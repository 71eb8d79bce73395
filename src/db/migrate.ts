import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../paths.ts';
import type { Database, Queryable } from './database.ts';
import { refuseUnfit } from './unfit-tables.ts';

/** A database that holds tables of others and no mark of ours: never changed without being told to. */
export class ForeignDatabaseError extends Error {
  override readonly name = 'ForeignDatabaseError';
  readonly why: string;
  readonly next = 'use another database, or, if docbatch may add its tables there: docbatch migrate --yes';

  /** `where` is host, port and database. */
  constructor(where: string, tables: readonly string[]) {
    super(`The database \`${where}\` belongs to something else`);
    this.why = `it has tables that docbatch did not make: ${tables.slice(0, 5).join(', ')}`;
  }
}

export interface MigrateOptions {
  /** Adds our tables to a database that holds others. @default false */
  yes?: boolean;
  /** The user typed `migrate`: tables of the requirements' names are adopted. @default false */
  explicit?: boolean;
  /** Writes nothing, returns the SQL. @default false */
  dryRun?: boolean;
}

const ADOPTABLE = new Set([
  'processing_batches',
  'file_document',
  'processing_errors',
  'batch_processing_status',
]);

/** Applies what is missing of migrations/*.sql, each in a transaction; safe when several processes race. */
export async function migrate(
  db: Database,
  options: MigrateOptions = {},
): Promise<{ applied: string[]; sql: string }> {
  const files = await migrationFiles();
  if (options.dryRun === true) {
    const pending = (await missing(db, files)).filter(Boolean);
    return { applied: pending.map(({ name }) => name), sql: pending.map(({ sql }) => sql).join('\n') };
  }
  if (!(await hasMark(db))) {
    await refuseForeign(db, options);
    await refuseUnfit(db);
  }
  const applied: string[] = [];
  for (const file of await missing(db, files)) if (await applyOne(db, file)) applied.push(file.name);
  return { applied, sql: '' };
}

interface MigrationFile {
  name: string;
  sql: string;
}

async function migrationFiles(): Promise<MigrationFile[]> {
  const folder = join(packageRoot, 'migrations');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })));
}

async function hasMark(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT to_regclass('docbatch_migrations') IS NOT NULL AS there`,
  );
  return rows[0]?.there === true;
}

async function missing(db: Database, files: readonly MigrationFile[]): Promise<MigrationFile[]> {
  if (!(await hasMark(db))) return [...files];
  const { rows } = await db.query<{ name: string }>('SELECT name FROM docbatch_migrations');
  const done = new Set(rows.map((row) => row.name));
  return files.filter(({ name }) => !done.has(name));
}

async function refuseForeign(
  db: Queryable,
  { yes = false, explicit = false }: MigrateOptions,
): Promise<void> {
  const tables = await tablesThere(db);
  if (tables.length === 0 || yes) return;
  if (explicit && tables.every(({ name }) => ADOPTABLE.has(name))) return;
  throw new ForeignDatabaseError(
    tables[0]!.place,
    tables.map(({ name }) => name),
  );
}

/** Tables and views of others in a database without our mark; none when it is ours, or empty, or `migrate` adopts them. */
export async function foreignTables(db: Queryable): Promise<string[]> {
  if (await hasMark(db)) return [];
  const names = (await tablesThere(db)).map(({ name }) => name);
  return names.every((name) => ADOPTABLE.has(name)) ? [] : names;
}

async function tablesThere(db: Queryable): Promise<{ name: string; place: string }[]> {
  const { rows } = await db.query<{ name: string; place: string }>(
    `SELECT c.relname AS name, COALESCE(host(inet_server_addr()) || ':' || inet_server_port(), 'localhost') || '/' || current_database() AS place FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'v', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
       -- Asked in the same moment: by now another process may have made them, and its mark with them.
       AND to_regclass('docbatch_migrations') IS NULL
     ORDER BY 1`,
  );
  return rows;
}

/** False when another process was faster. */
function applyOne(db: Database, { name, sql }: MigrationFile): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('docbatch-migrate', 0))`);
    await tx.query(
      `CREATE TABLE IF NOT EXISTS docbatch_migrations (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())`,
    );
    const { rowCount } = await tx.query(
      'INSERT INTO docbatch_migrations (name) VALUES ($1) ON CONFLICT DO NOTHING',
      [name],
    );
    if (rowCount === 0) return false;
    // A view whose columns an older table types in another way cannot be replaced in place; it holds no data.
    if (name.includes('view')) await tx.query('DROP VIEW IF EXISTS batch_processing_status');
    await tx.query(sql);
    return true;
  });
}
