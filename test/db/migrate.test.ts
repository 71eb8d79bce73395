import { expect } from 'chai';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../src/db/database.ts';
import { foreignTables, migrate } from '../../src/db/migrate.ts';
import { packageRoot } from '../../src/paths.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

describe('migrate', () => {
  let test: TestDatabase;
  let files: string[];
  beforeEach(async () => {
    test = await testDatabase({ empty: true });
    files = (await readdir(join(packageRoot, 'migrations'))).sort();
  });
  afterEach(() => test.drop());

  const tables = async () => {
    const { rows } = await test.db.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')`,
    );
    return rows.map(({ name }) => name);
  };
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => error as Error,
    );

  it('applies each file once when six processes race', async () => {
    const racers = Array.from({ length: 6 }, () => openDatabase(test.url, 2));
    try {
      const results = await Promise.all(racers.map((db) => migrate(db)));
      expect(results.flatMap(({ applied }) => applied).sort()).to.deep.equal(files);
      expect((await migrate(test.db)).applied).to.deep.equal([]);
    } finally {
      await Promise.all(racers.map((db) => db.close()));
    }
  });

  it('shows the SQL of a dry run and changes nothing', async () => {
    const { applied, sql } = await migrate(test.db, { dryRun: true });
    expect(applied).to.deep.equal(files);
    expect(sql).to.include('CREATE TABLE');
    expect(await tables()).to.deep.equal([]);
  });

  it('adopts tables and a view of the known names only when told to, and keeps what is in them', async () => {
    await test.db.query(
      `CREATE TABLE processing_batches (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), batch_name VARCHAR(255),
         total_items INTEGER, processed_items INTEGER DEFAULT 0, failed_items INTEGER DEFAULT 0,
         status VARCHAR(50) DEFAULT 'pending', started_at TIMESTAMP, completed_at TIMESTAMP, metadata JSONB)`,
    );
    await test.db.query(
      `CREATE VIEW batch_processing_status AS SELECT id, batch_name FROM processing_batches`,
    );
    await test.db.query(
      `INSERT INTO processing_batches (batch_name, total_items, processed_items, failed_items, status, started_at, metadata)
       SELECT 'old ' || n, n, n, 0, 'completed', '2024-05-06 07:08:09', '{"kept": true}' FROM generate_series(1, 100) n`,
    );
    const rows = () =>
      test.db.query(
        `SELECT id, batch_name, total_items, processed_items, status, started_at, metadata FROM processing_batches ORDER BY total_items`,
      );
    const before = (await rows()).rows;
    expect((await failure(migrate(test.db)))?.name).to.equal('ForeignDatabaseError');
    expect((await rows()).rows).to.deep.equal(before);
    await migrate(test.db, { explicit: true });
    expect((await rows()).rows).to.deep.equal(before);
    const view = await test.db.query(
      `SELECT progress_percentage AS p FROM batch_processing_status WHERE status = 'completed'`,
    );
    expect(view.rows.map(({ p }) => p)).to.deep.equal(Array(100).fill('100.00'));
  });

  it('leaves a database of others alone, unless told otherwise, and never drops their tables', async () => {
    await test.db.query('CREATE TABLE invoices (id INT)');
    expect(await foreignTables(test.db)).to.deep.equal(['invoices']);
    for (const options of [{}, { explicit: true }]) {
      expect((await failure(migrate(test.db, options)))?.message).to.include('belongs to something else');
      expect(await tables()).to.deep.equal(['invoices']);
    }
    await migrate(test.db, { yes: true });
    expect(await foreignTables(test.db)).to.deep.equal([]);
    expect(await tables()).to.include.members(['invoices', 'batch_items']);
  });

  it('refuses a table that it could not write to before it changes anything', async () => {
    await test.db.query('CREATE TABLE file_document (id SERIAL PRIMARY KEY, uri TEXT)');
    expect((await failure(migrate(test.db, { explicit: true })))?.name).to.equal('UnfitTablesError');
    expect(await tables()).to.deep.equal(['file_document']);
  });
});
