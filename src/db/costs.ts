import type { UnknownCalls } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { unknownCallsOf } from './unknown-calls.ts';

export interface CostRow {
  day: string;
  model: string;
  profile: string | null;
  mode: string;
  calls: number;
  documents: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  costNanoUsd: number;
}

/** What was paid, by day (UTC), model, profile and mode; of one batch, or since a time, or ever. */
export async function readCosts(
  db: Queryable,
  { batchId, since }: { batchId: string | null; since: Date | null },
): Promise<CostRow[]> {
  const { rows } = await db.query<CostRow>(
    `SELECT to_char(occurred_at, 'YYYY-MM-DD') AS day, model, profile, mode, COUNT(*)::int AS calls,
            COUNT(DISTINCT document_id)::int AS documents,
            SUM(input_tokens + cache_read_tokens + cache_write_tokens)::bigint AS "inputTokens",
            SUM(output_tokens)::bigint AS "outputTokens", SUM(cache_read_tokens)::bigint AS "cacheReadTokens",
            SUM(cost_nano_usd)::bigint AS "costNanoUsd"
     FROM paid_calls
     WHERE ($1::uuid IS NULL OR batch_id = $1) AND ($2::timestamptz IS NULL OR occurred_at >= $2)
     GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    [batchId, since],
  );
  return rows;
}

/**
 * Calls without an answer, by batch: perhaps billed, never known. Of one batch, or of all; provider batches that are under
 * way, and calls of living workers, are not among them.
 */
export async function readUnsettled(
  db: Queryable,
  batchId: string | null,
): Promise<(UnknownCalls & { batchId: string })[]> {
  const { rows } = await db.query<UnknownCalls & { batchId: string }>(
    `SELECT b.id AS "batchId", u.calls, u."nanoUsd" FROM processing_batches b CROSS JOIN LATERAL ${unknownCallsOf('b')} u
     WHERE ($1::uuid IS NULL OR b.id = $1) AND u."nanoUsd" > 0`,
    [batchId],
  );
  return rows;
}

/** Output tokens per call that were seen under a profile and model; null before there are enough to say anything. */
export async function seenOutput(
  db: Queryable,
  { profile, model }: { profile: string; model: string },
): Promise<{ low: number; likely: number; high: number } | null> {
  const { rows } = await db.query<{ calls: number; low: number; likely: number; high: number }>(
    `SELECT COUNT(*)::int AS calls, MIN(output_tokens)::float8 AS low, AVG(output_tokens)::float8 AS likely, MAX(output_tokens)::float8 AS high
     FROM (SELECT output_tokens FROM paid_calls WHERE profile = $1 AND model = $2 AND document_id IS NOT NULL ORDER BY occurred_at DESC LIMIT 500) p`,
    [profile, model],
  );
  const row = rows[0];
  return row === undefined || row.calls < 20 ? null : row;
}
