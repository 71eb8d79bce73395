import QueryStream from 'pg-query-stream';
import type { Database } from './database.ts';

/** Rows that are fetched at once: with answers of a megabyte each, memory stays bounded. */
const ROWS_AT_ONCE = 50;

/** One statement's rows through a cursor: each row once, as of one moment, in flat memory. */
export async function* streamRows<Row extends object>(
  db: Database,
  sql: string,
  parameters: readonly unknown[] = [],
): AsyncIterable<Row> {
  const stream = new QueryStream(sql, [...parameters], {
    batchSize: ROWS_AT_ONCE,
    highWaterMark: ROWS_AT_ONCE,
  });
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  // The connection stays ours until the reader is done, also when it stops early.
  const held = db.withClient(async (client) => {
    client.query(stream);
    await finished;
    if (!stream.destroyed) stream.destroy();
    await new Promise<void>((resolve) => (stream.closed ? resolve() : stream.once('close', resolve)));
  });
  held.catch((error: unknown) => stream.destroy(error as Error));
  try {
    yield* stream as AsyncIterable<Row>;
  } finally {
    finish();
    await held;
  }
}
