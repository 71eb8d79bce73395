// The requirements' two queries on a running batch; then their own DDL with 1,000 rows adopted, kept and worked with.
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import type { Database } from '../src/db/database.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { stopTestPostgres, testDatabase } from '../test/support/postgres.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, lookInto, until, writeTexts } from './check.ts';

const STATUS = `SELECT * FROM batch_processing_status WHERE status = 'processing'`;
const ERRORS = `SELECT error_type, COUNT(*) AS occurrences, COUNT(DISTINCT document_id) AS affected_docs
  FROM processing_errors WHERE batch_id = $1 GROUP BY error_type`;

/** As the requirements have it, with the tables that its view and queries imply. */
const DDL = [
  `CREATE TABLE processing_batches (
    id UUID PRIMARY KEY,
    batch_name VARCHAR(255),
    total_items INTEGER,
    processed_items INTEGER DEFAULT 0,
    failed_items INTEGER DEFAULT 0,
    status VARCHAR(50) DEFAULT 'pending',
    started_at TIMESTAMP,
    completed_at TIMESTAMP,
    metadata JSONB
  )`,
  `CREATE TABLE file_document (
    id UUID PRIMARY KEY,
    batch_id UUID REFERENCES processing_batches (id)
  )`,
  `CREATE TABLE processing_errors (
    id UUID PRIMARY KEY,
    batch_id UUID REFERENCES processing_batches (id),
    document_id UUID REFERENCES file_document (id),
    error_type VARCHAR(100)
  )`,
  `CREATE VIEW batch_processing_status AS
  SELECT
    pb.id,
    pb.batch_name,
    pb.total_items,
    pb.processed_items,
    pb.failed_items,
    pb.status,
    pb.started_at,
    ROUND(pb.processed_items::numeric / pb.total_items * 100, 2) as progress_percentage,
    COUNT(DISTINCT fd.id) as documents_in_batch
  FROM processing_batches pb
  LEFT JOIN file_document fd ON fd.batch_id = pb.id
  GROUP BY pb.id`,
  `INSERT INTO processing_batches SELECT gen_random_uuid(), 'old ' || n, 10, n % 10, 1, 'completed', now(), now(), jsonb_build_object('n', n)
   FROM generate_series(1, 1000) n`,
  `INSERT INTO file_document SELECT gen_random_uuid(), id FROM processing_batches`,
  `INSERT INTO processing_errors SELECT gen_random_uuid(), batch_id, id, 'old_error' FROM file_document`,
];
/** Only the columns that were there before. */
const FINGERPRINT = `SELECT
  (SELECT md5(string_agg(ROW(id, batch_name, total_items, processed_items, failed_items, status, started_at, completed_at, metadata)::text, '' ORDER BY id))
   FROM processing_batches WHERE batch_name LIKE 'old %') AS batches,
  (SELECT md5(string_agg(ROW(f.id, f.batch_id)::text, '' ORDER BY f.id)) FROM file_document f JOIN processing_batches b ON b.id = f.batch_id
   WHERE b.batch_name LIKE 'old %') AS documents,
  (SELECT md5(string_agg(ROW(id, batch_id, document_id, error_type)::text, '' ORDER BY id)) FROM processing_errors
   WHERE error_type = 'old_error') AS errors`;
const COUNTS = `SELECT (SELECT COUNT(*)::int FROM processing_batches) AS batches, (SELECT COUNT(*)::int FROM file_document) AS documents,
  (SELECT COUNT(*)::int FROM processing_errors) AS errors`;

const model = await startModelServer(({ name }) =>
  name.startsWith('0000') ? { status: 422, delayMs: 50 } : { delayMs: 100 },
);
try {
  await embedded();
  await adopted();
} finally {
  await model.close();
  await stopTestPostgres();
}

async function embedded(): Promise<void> {
  const project = await projectFolder();
  try {
    await writeTexts(join(project.folder, 'docs'), 200);
    await runCli(project.folder, 'up');
    const db = await lookInto(project.folder);
    const running = startCli(project.folder, ['process', 'docs', '--analyzer', model.url]);
    await bothQueries(db, 'embedded');
    await db.query(
      `INSERT INTO processing_batches (id, batch_name, total_items) VALUES (gen_random_uuid(), 'empty', 0)`,
    );
    const { rows } = await db.query<{ progress: string }>(
      `SELECT progress_percentage::text AS progress FROM batch_processing_status WHERE batch_name = 'empty'`,
    );
    check('an empty batch is at 0.00', rows[0]?.progress === '0.00', rows);
    await running.done;
    await db.close();
  } finally {
    await project.remove();
  }
}

async function adopted(): Promise<void> {
  const { url, drop } = await testDatabase({ empty: true });
  const project = await projectFolder();
  const env = { DATABASE_URL: url };
  const cli = (...args: string[]) => startCli(project.folder, args, env).done;
  const db = openDatabase(url, 2);
  try {
    for (const statement of DDL) await db.query(statement);
    const [before] = (await db.query(FINGERPRINT)).rows;
    await writeTexts(join(project.folder, 'docs'), 200);
    const refused = await cli('process', 'docs');
    check(
      'not migrated by itself: exit 1 with host, database and command',
      refused.exitCode === 1 && /127\.0\.0\.1:\d+\/test_.*[^]*migrate --yes/.test(refused.stderr),
      refused.stderr.trim(),
    );
    const dry = await cli('migrate', '--dry-run');
    const [untouched] = (
      await db.query<{ there: boolean }>(`SELECT to_regclass('batch_items') IS NOT NULL AS there`)
    ).rows;
    check(
      'migrate --dry-run prints SQL and changes nothing',
      dry.exitCode === 0 && dry.stdout.includes('CREATE TABLE') && untouched?.there === false,
      `${dry.stdout.split('\n').length} lines`,
    );
    const migrated = await cli('migrate');
    check('migrate', migrated.exitCode === 0, migrated.stdout.trim() + migrated.stderr.trim());
    const running = startCli(project.folder, ['process', 'docs', '--analyzer', model.url], env);
    await bothQueries(db, 'adopted');
    const ended = await running.done;
    check(
      'process ends with 2 (ten are bad)',
      ended.exitCode === 2,
      ended.stdout.trim().split('\n').at(-6) ?? '',
    );
    const [after] = (await db.query(FINGERPRINT)).rows;
    check(
      'the 1,000 rows of each table are as they were',
      JSON.stringify(after) === JSON.stringify(before),
      after,
    );
    const [counts] = (await db.query(COUNTS)).rows;
    check('all rows', JSON.stringify(counts) === '{"batches":1001,"documents":1200,"errors":1010}', counts);
    const again = await cli('migrate');
    check('migrate twice is harmless', /up to date/.test(again.stdout), again.stdout.trim());
  } finally {
    await project.remove();
    await db.close();
    await drop();
  }
}

async function bothQueries(db: Database, where: string): Promise<void> {
  let status: Record<string, unknown>[] = [];
  let errors: Record<string, unknown>[] = [];
  await until(
    `both queries return rows (${where})`,
    async () => {
      status = (await db.query(STATUS)).rows;
      if (status[0] === undefined) return false;
      errors = (await db.query(ERRORS, [status[0].id])).rows;
      return errors.length > 0 && Number(status[0].progress_percentage) > 0;
    },
    90_000,
  );
  check(`${where}: batch status while it runs`, status[0]?.documents_in_batch === 200, status[0]);
  check(`${where}: error patterns while it runs`, errors[0]?.error_type === 'analyzer_rejected', errors);
}
