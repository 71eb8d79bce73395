import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database } from '../../src/db/database.ts';
import { freePort } from '../../src/dev/free-port.ts';
import { migrate } from '../../src/db/migrate.ts';
import { startPostgres, type RunningPostgres } from '../../src/dev/postgres.ts';

export interface TestDatabase {
  url: string;
  db: Database;
  /** Closes `db` and drops the database. */
  drop(): Promise<void>;
}

/** A new database, migrated unless `empty`, on the one PostgreSQL of this mocha run. */
export async function testDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { admin, base } = await (server ??= start());
  const name = `test_${randomBytes(6).toString('hex')}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${options.empty === true ? 'template0' : TEMPLATE}`);
  const url = new URL(base);
  url.pathname = `/${name}`;
  const db = openDatabase(url.href);
  return {
    url: url.href,
    db,
    drop: async () => {
      await db.close();
      await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Hands each suite, or each of its tests, a database of its own, and drops it afterwards. */
export function withTestDatabase(take: (db: Database) => void, per: 'suite' | 'test' = 'suite'): void {
  let made: TestDatabase;
  (per === 'suite' ? before : beforeEach)(async () => {
    made = await testDatabase();
    take(made.db);
  });
  (per === 'suite' ? after : afterEach)(() => made.drop());
}

/** Called by the root hook; nothing happens when no test asked for a database. */
export async function stopTestPostgres(): Promise<void> {
  const running = await server?.catch(() => undefined);
  server = undefined;
  await running?.admin.close();
  await running?.postgres.process.stop();
  if (running !== undefined) await rm(running.folder, { recursive: true, force: true });
}

const TEMPLATE = 'docbatch_template';

interface TestServer {
  admin: Database;
  base: string;
  postgres: RunningPostgres;
  folder: string;
}

let server: Promise<TestServer> | undefined;

async function start(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-test-postgres-'));
  const output: Buffer[] = [];
  const postgres = await startPostgres({
    stateDir: folder,
    port: await freePort(),
    password: randomBytes(12).toString('hex'),
    settings: { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', max_connections: '200' },
    removeAfter: folder,
    onOutput: (chunk) => output.push(chunk),
  }).catch((error: unknown) => {
    throw new Error(`The test PostgreSQL did not start:\n${Buffer.concat(output).toString()}`, {
      cause: error,
    });
  });
  const base = postgres.url;
  const admin = openDatabase(base, 4);
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  const url = new URL(base);
  url.pathname = `/${TEMPLATE}`;
  await migrateTemplate(url.href);
  return { admin, base, postgres, folder };
}

async function migrateTemplate(url: string): Promise<void> {
  const db = openDatabase(url, 2);
  try {
    await migrate(db);
  } finally {
    await db.close();
  }
}
