// `export` in flat memory and equal to the tables; `--out` and `--notify` over kills.
import { createReadStream } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'csv-parse';
import type { Database } from '../src/db/database.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, killPart, until, writeTexts } from './check.ts';
import { account, memoryOf, onStage } from './load.ts';
import { killEverything } from './processes.ts';

const ROWS = Number(process.env.COUNT ?? 20_000);
const wanted = process.argv.slice(2);
const parts: Record<string, () => Promise<void>> = { export: exports, out: outFiles, notify: notifications };
for (const [name, play] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await play();
}

async function exports(): Promise<void> {
  await onStage(`export of ${ROWS} rows`, async ({ folder, db }) => {
    const small = await fabricate(db, ROWS / 10);
    const large = await fabricate(db, ROWS);
    for (const format of ['jsonl', 'csv'] as const) {
      const tenth = await exported(folder, small, format);
      const whole = await exported(folder, large, format);
      const ratio = whole.peakMb / tenth.peakMb;
      const figures = `${tenth.peakMb.toFixed(0)} MB → ${whole.peakMb.toFixed(0)} MB, ${ratio.toFixed(2)} ×; ${whole.ms} ms`;
      check(`${format}: peak RSS, ${ROWS / 10} → ${ROWS} rows`, ratio <= 1.15, figures);
      check(
        `${format}: equals the tables`,
        (await differences(db, large, whole.path, format)) === 0,
        whole.path,
      );
    }
  });
}

/** A finished batch, made by SQL: answers of some 2 KB with everything that CSV and JSON find hard. */
async function fabricate(db: Database, rows: number): Promise<string> {
  const { rows: made } = await db.query<{ id: string }>(
    `WITH recipe AS (INSERT INTO recipes (hash, recipe) VALUES (gen_random_uuid()::text, '{"analyzer":"local"}') RETURNING id)
     INSERT INTO processing_batches (id, batch_name, status, recipe_id, settings, total_items)
     SELECT gen_random_uuid(), 'made-' || $1::int, 'completed_with_failures', id, '{}', $1 FROM recipe RETURNING id`,
    [rows],
  );
  const { id } = made[0]!;
  await db.query(
    `INSERT INTO file_document (uri, name) SELECT format('file:///%s/%s é, "x".txt', $1::text, n), format('=%s.txt', n) FROM generate_series(1, $2::int) n`,
    [id, rows],
  );
  await db.query(
    `INSERT INTO batch_items (batch_id, document_id, chunk_no, state, attempts, failure_class, failure_code, failure_message)
     SELECT $1::uuid, d.id, 1, CASE WHEN n % 10 = 0 THEN 'failed' ELSE 'completed' END, 1, CASE WHEN n % 10 = 0 THEN 'permanent' END,
            CASE WHEN n % 10 = 0 THEN 'corrupt' END, CASE WHEN n % 10 = 0 THEN E'cut off,\\n"here"' END
     FROM (SELECT id, row_number() OVER (ORDER BY uri) AS n FROM file_document WHERE uri LIKE 'file:///' || $1::text || '%') d`,
    [id],
  );
  await db.query(
    `INSERT INTO document_results (batch_id, document_id, analyzer, recipe_id, content_sha256, result)
     SELECT $1, i.document_id, 'local', 1, '', jsonb_build_object('summary', E'a, "b"\\n=1+1 é', 'words', repeat('word ', 400), 'id', i.document_id)
     FROM batch_items i WHERE i.batch_id = $1 AND i.state = 'completed'`,
    [id],
  );
  return id;
}

async function exported(
  folder: string,
  batchId: string,
  format: string,
): Promise<{ peakMb: number; path: string; ms: number }> {
  const path = join(folder, `${batchId}.${format}`);
  const startedAtMs = Date.now();
  const running = startCli(folder, ['export', batchId, '--format', format, '--output', path]);
  let peakMb = 0;
  let ended = false;
  void running.done.then(() => (ended = true));
  await until('the end of the export', () => {
    peakMb = Math.max(peakMb, memoryOf(running.child.pid!)?.peakMb ?? 0);
    return ended;
  });
  const { exitCode, stderr } = await running.done;
  if (exitCode !== 0) throw new Error(stderr);
  return { peakMb, path, ms: Date.now() - startedAtMs };
}

async function differences(db: Database, batchId: string, path: string, format: string): Promise<number> {
  const { rows } = await db.query(
    `SELECT d.uri, i.state, i.failure_class AS class, i.failure_code AS code, i.failure_message AS message, r.analyzer, i.attempts, r.result
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id WHERE i.batch_id = $1`,
    [batchId],
  );
  const expected = new Map(rows.map((row) => [String(row.uri), asText(row)]));
  let wrong = 0;
  let seen = 0;
  for await (const row of format === 'csv' ? csvRows(path) : jsonRows(path)) {
    seen += 1;
    if (expected.get(String(row.uri)) !== asText(row)) wrong += 1;
  }
  return wrong + Math.abs(seen - rows.length);
}

/** As comparable text; JSON in a CSV cell is compared as JSON. */
function asText(row: Record<string, unknown>): string {
  const { uri, state, class: failureClass, code, message, analyzer, attempts, result } = row;
  const answer = typeof result === 'string' && result !== '' ? (JSON.parse(result) as unknown) : result;
  return JSON.stringify(
    [uri, state, failureClass, code, message, analyzer, attempts, answer].map((value) =>
      value === null || value === undefined || value === ''
        ? ''
        : typeof value === 'object'
          ? Object.entries(value).sort(([a], [b]) => a.localeCompare(b))
          : `${value as string | number}`,
    ),
  );
}

async function* jsonRows(path: string): AsyncIterable<Record<string, unknown>> {
  for await (const line of createInterface({ input: createReadStream(path) })) {
    yield JSON.parse(line) as Record<string, unknown>;
  }
}

/** Each field of an answer is a column of its own. */
async function* csvRows(path: string): AsyncIterable<Record<string, unknown>> {
  const lines = createReadStream(path).pipe(parse({ columns: true })) as AsyncIterable<
    Record<string, string>
  >;
  for await (const { summary, words, id, ...row } of lines) {
    yield { ...row, result: id === '' ? null : { summary, words, id } };
  }
}

async function outFiles(): Promise<void> {
  const count = 400;
  const model = await startModelServer(() => ({ delayMs: 20, body: { long: 'x'.repeat(200_000) } }));
  await onStage('--out over kills of the worker, and of everything', async ({ folder, db: _db }) => {
    await writeTexts(join(folder, 'docs'), count);
    const args = ['process', 'docs', '--analyzer', model.url, '-p', '20', '--out', 'answers'];
    const running = startCli(folder, args);
    let partial = 0;
    for (const share of [0.2, 0.4, 0.6]) {
      await until('calls', () => model.calls.length >= share * count);
      if (share === 0.6) killEverything(folder);
      else await killPart(folder, 'worker');
      partial += (await lookAtFiles(join(folder, 'answers'))).partial;
    }
    await running.done;
    const resumed = await runCli(folder, 'resume', 'last');
    check(
      'resume ends with 0',
      resumed.exitCode === 0,
      resumed.exitCode === 0 ? '' : resumed.stderr.slice(-400),
    );
    const { whole, partial: left, others } = await lookAtFiles(join(folder, 'answers'));
    check('one whole file per document', whole === count, whole);
    check('no partial file at any look, none left', partial + left === 0 && others === 0, {
      partial,
      left,
      others,
    });
  });
  await model.close();
}

/** The files that a user sees, whole or not, and what else lies there. */
async function lookAtFiles(folder: string): Promise<{ whole: number; partial: number; others: number }> {
  const so = { whole: 0, partial: 0, others: 0 };
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((each) => each.isFile())) {
    if (!entry.name.endsWith('.json')) so.others += 1;
    else {
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
      try {
        JSON.parse(text);
        so.whole += 1;
      } catch {
        so.partial += 1;
      }
    }
  }
  return so;
}

async function notifications(): Promise<void> {
  const told: { event: string; [field: string]: unknown }[] = [];
  const receiver = createServer((request, response) => {
    void body(request).then((text) => {
      told.push(JSON.parse(text) as { event: string });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  let isRefusing = true;
  const model = await startModelServer(({ name }) => ({
    delayMs: 30,
    status: isRefusing && name.endsWith('5.txt') ? 422 : 200,
  }));
  await onStage('--notify over kills of the worker', async (stage) => {
    const { folder, db } = stage;
    await writeTexts(join(folder, 'docs'), 200);
    await writeFile(
      join(folder, 'tell.sh'),
      '#!/bin/sh\nsleep 1\n{ cat; echo; env | grep -c DATABASE_URL; } >> told.txt\nexit 0\n',
      { mode: 0o755 },
    );
    const args = [
      'process',
      'docs',
      '--analyzer',
      model.url,
      '--max-failures',
      '3',
      '--notify',
      './tell.sh',
      '--notify',
      address,
    ];
    const halted = await startCli(folder, args).done;
    check('halted', halted.exitCode === 3, halted.exitCode);
    // In the middle of the delivery: the command takes a second.
    await killPart(folder, 'worker');
    await until('the halt is told', async () => (await undelivered(db)) === 0, 90_000);
    isRefusing = false;
    await runCli(folder, 'set', 'last', '--max-failures', '50%');
    const running = startCli(folder, ['resume', 'last']);
    await until('near the end', async () => (await account(db)).completed > 150);
    await killPart(folder, 'worker');
    const { exitCode } = await running.done;
    check('resumed to its end', exitCode === 2, exitCode);
    await until(
      'the end is told',
      async () => (await undelivered(db)) === 0 && (await sent(db)) === 4,
      90_000,
    );
    await checkAccount(db, 200);
    const lines = (await readFile(join(folder, 'told.txt'), 'utf8')).trim().split('\n');
    const events = lines
      .filter((line) => line.startsWith('{'))
      .map((line) => (JSON.parse(line) as { event: string }).event);
    check('the command ran to its end once for each event', events.join() === 'halted,finished', events);
    check(
      'it sees no DATABASE_URL',
      lines.filter((line) => line === '0').length === events.length,
      lines.filter((line) => line.length < 5),
    );
  });
  check(
    'the address was told once of each event',
    told.map(({ event }) => event).join() === 'halted,finished',
    told,
  );
  const [first] = told;
  check(
    'with batch, reason, counts and the next command',
    ['batch', 'reason', 'counts', 'next'].every((key) => first?.[key] !== undefined && first[key] !== null),
    first?.next,
  );
  receiver.close();
  await model.close();
}

async function undelivered(db: Database): Promise<number> {
  const { rowCount } = await db.query('SELECT FROM notifications WHERE delivered_at IS NULL');
  return rowCount;
}

async function sent(db: Database): Promise<number> {
  const { rowCount } = await db.query('SELECT FROM notifications WHERE delivered_at IS NOT NULL');
  return rowCount;
}

async function body(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
