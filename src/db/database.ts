import pg from 'pg';

/** Runs one statement; `$1` parameters only. Rows come back as the SQL names them (snake_case). */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

export interface Database extends Queryable {
  /** One transaction on one connection; repeated as a whole on 40001, 40P01 and a lost connection. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** One connection for as long as `work` runs: cursors, LISTEN, COPY, session locks. */
  withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
  /** How often, and how long in all, a caller waited for a free connection. */
  waits(): { count: number; totalMs: number };
  close(): Promise<void>;
}

// `timestamp` without a zone (adopted tables) is read as UTC, like every session of ours writes it; bigint counts and sizes fit a number.
pg.types.setTypeParser(pg.types.builtins.TIMESTAMP, (text) => new Date(`${text.replace(' ', 'T')}Z`));
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A bounded pool. `max` is `DATABASE_POOL_MAX` (10 per process). */
export function openDatabase(url: string, max = 10): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: 10_000,
    // A process that was frozen in the middle of a transaction must not hold its locks against the living.
    options: '-c timezone=UTC -c application_name=docbatch -c idle_in_transaction_session_timeout=15s',
    keepAlive: true,
  });
  // An idle connection that breaks (server restarted) is simply replaced.
  pool.on('error', () => undefined);
  // A server that stops in the moment of a connect would throw between the pool's listener and ours.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const waits = { count: 0, totalMs: 0 };

  const withClient = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const mustWait = pool.idleCount === 0 && pool.totalCount >= max;
    const askedAt = performance.now();
    const client = await pool.connect();
    if (mustWait) {
      waits.count += 1;
      waits.totalMs += performance.now() - askedAt;
    }
    let broken: Error | undefined;
    const onError = (error: Error) => {
      broken = error;
    };
    client.on('error', onError);
    try {
      return await work(client);
    } catch (error) {
      if (isConnectionLost(error)) broken = error as Error;
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };

  const query: Database['query'] = (sql, parameters = []) =>
    repeatTransient(() => withClient((client) => runOn(client, sql, parameters)));

  return {
    query,
    withClient,
    transaction: (work) =>
      repeatTransient(() =>
        withClient(async (client) => {
          await client.query('BEGIN');
          try {
            const result = await work({ query: (sql, parameters = []) => runOn(client, sql, parameters) });
            await client.query('COMMIT');
            return result;
          } catch (error) {
            if (!isConnectionLost(error)) await client.query('ROLLBACK');
            throw error;
          }
        }),
      ),
    waits: () => ({ ...waits }),
    close: () => pool.end(),
  };
}

async function runOn<Row extends object>(client: pg.PoolClient, sql: string, parameters: readonly unknown[]) {
  const result = await client.query<Row>(sql, [...parameters]);
  return { rows: result.rows, rowCount: result.rowCount ?? 0 };
}

const REPEATABLE = new Set(['40001', '40P01', '57P01', '57P02', '57P03', '53300']);

/** True for SQLSTATE 08xxx, a server that is starting or stopping, and a socket that broke or was refused. */
function isConnectionLost(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') {
    if (code.startsWith('08') || /^(57P0[123]|25P03)$/.test(code)) return true;
    if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH)$/.test(code)) return true;
  }
  return (
    typeof message === 'string' &&
    /Connection terminated|not queryable|timeout exceeded when trying to connect/.test(message)
  );
}

/** Three tries within a second; longer outages are the caller's to wait out. */
async function repeatTransient<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const { code } = error as { code?: string };
      const repeatable = (code !== undefined && REPEATABLE.has(code)) || isConnectionLost(error);
      if (!repeatable || attempt === 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt ** 2));
    }
  }
}
