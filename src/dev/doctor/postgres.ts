import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../db/database.ts';
import { foreignTables } from '../../db/migrate.ts';
import { packageRoot } from '../../paths.ts';
import { checkOutsideDatabase, withoutSecrets } from '../check-outside.ts';
import { postgresBinaries } from '../postgres-binaries.ts';
import { postgresDataDir, postgresVersion } from '../postgres.ts';
import { check, type Check } from './check.ts';
import type { Surroundings } from './examine.ts';

/** An outside database is only looked at; the embedded server is started. */
export async function* examinePostgres({ config, stack }: Surroundings): AsyncGenerator<Check> {
  const outside = config.databaseUrl;
  if (outside === undefined) yield check('data folder', () => examineDataFolder(config.stateDir));
  const found: { url?: string } = {};
  yield check('postgres', async () => {
    if (outside !== undefined) await checkOutsideDatabase(outside);
    found.url = outside ?? (await stack({ temporal: false, worker: false })).info.databaseUrl;
    return { state: 'ok', detail: `answers at ${withoutSecrets(found.url)}` };
  });
  if (found.url === undefined) {
    yield { name: 'tables', state: 'skip', detail: 'without a database' };
    yield { name: 'workers', state: 'skip', detail: 'without a database' };
    return;
  }
  const db = openDatabase(found.url, 1);
  try {
    yield check('tables', () => examineTables(db));
    yield check('workers', () => examineWorkers(db));
  } finally {
    await db.close();
  }
}

async function examineDataFolder(stateDir: string): Promise<Omit<Check, 'name'>> {
  const ours = await postgresVersion(await postgresBinaries(stateDir));
  const versionPath = join(postgresDataDir(stateDir), 'PG_VERSION');
  if (!existsSync(versionPath)) return { state: 'ok', detail: `none yet; PostgreSQL ${ours} makes it` };
  const theirs = (await readFile(versionPath, 'utf8')).trim();
  const dataDir = postgresDataDir(stateDir);
  if (theirs === ours.split('.')[0])
    return { state: 'ok', detail: `of PostgreSQL ${theirs}, like our ${ours}` };
  return {
    state: 'broken',
    detail: `\`${dataDir}\` is of PostgreSQL ${theirs}, ours is ${ours}`,
    mend: `mv ${dataDir} ${dataDir}.${theirs} (an empty one is made), or use that version through DATABASE_URL`,
  };
}

async function examineTables(db: Database): Promise<Omit<Check, 'name'>> {
  const all = (await readdir(join(packageRoot, 'migrations'))).filter((name) => name.endsWith('.sql'));
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT to_regclass('docbatch_migrations') IS NOT NULL AS there`,
  );
  const applied =
    rows[0]?.there === true
      ? (await db.query<{ name: string }>('SELECT name FROM docbatch_migrations')).rows
      : [];
  const names = new Set(applied.map((row) => row.name.replace(/\.sql$/, '')));
  const newer = [...names].filter((name) => !all.includes(`${name}.sql`));
  if (newer.length > 0) {
    return {
      state: 'warn',
      detail: `made by a newer docbatch: ${newer.join(', ')}`,
      mend: 'install the docbatch that made them',
    };
  }
  const missing = all.filter((name) => !names.has(name.replace(/\.sql$/, '')));
  const foreign = await foreignTables(db);
  if (foreign.length > 0) {
    return {
      state: 'broken',
      detail: `none of ours, but those of something else: ${foreign.join(', ')}`,
      mend: 'use another database, or, if docbatch may add its tables there: docbatch migrate --yes',
    };
  }
  if (missing.length === 0) return { state: 'ok', detail: `${all.length} migrations applied` };
  return {
    state: 'warn',
    detail: `${missing.length} of ${all.length} migrations not applied yet`,
    mend: 'docbatch migrate',
  };
}

async function examineWorkers(db: Database): Promise<Omit<Check, 'name'>> {
  const { rows: tables } = await db.query(`SELECT FROM pg_class WHERE oid = to_regclass('workers')`);
  if (tables.length === 0) return { state: 'skip', detail: 'without the tables' };
  const { rows } = await db.query<{ alive: number; silent: number }>(
    `SELECT COUNT(*) FILTER (WHERE heartbeat_at > now() - interval '15 seconds')::int AS alive,
            COUNT(*) FILTER (WHERE heartbeat_at <= now() - interval '15 seconds')::int AS silent FROM workers`,
  );
  const { alive = 0, silent = 0 } = rows[0] ?? {};
  const detail = `${alive} alive${silent > 0 ? `, ${silent} silent (ended without saying so)` : ''}`;
  return { state: 'ok', detail: alive === 0 ? `${detail}; \`process\` starts one` : detail };
}
