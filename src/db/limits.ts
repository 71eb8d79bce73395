import type { SeenLimits } from '../domain/limits.ts';
import type { Queryable } from './database.ts';

/** Room for calls of all workers together; null when no limit is known. */
export async function admitCalls(
  db: Queryable,
  provider: string,
  calls: { requests: number; inputTokens: number; outputTokens: number },
): Promise<{ waitMs: number; gapMs: number } | null> {
  const { rows } = await db.query<{ waitMs: number | null; gapMs: number | null }>(
    'SELECT wait_ms AS "waitMs", gap_ms AS "gapMs" FROM docbatch_admit($1, $2, $3, $4)',
    [provider, calls.requests, Math.round(calls.inputTokens), Math.round(calls.outputTokens)],
  );
  const { waitMs, gapMs } = rows[0]!;
  return waitMs === null || gapMs === null ? null : { waitMs, gapMs };
}

/** The limits that an earlier answer told, to any worker; null before the first. */
export async function readLimits(db: Queryable, provider: string): Promise<SeenLimits | null> {
  const { rows } = await db.query<{ requests: number; input: number | null; output: number | null }>(
    `SELECT requests_limit AS requests, input_limit AS input, output_limit AS output
     FROM provider_limits WHERE provider = $1 AND requests_limit IS NOT NULL`,
    [provider],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const seen = (limit: number | null) => (limit === null ? null : { limit, remaining: null, reset: null });
  return { requests: seen(row.requests), input: seen(row.input), output: seen(row.output) };
}

/** Keeps what the newest answer said. */
export async function noteLimits(db: Queryable, provider: string, seen: SeenLimits): Promise<void> {
  const values = [seen.requests, seen.input, seen.output].flatMap((one) => [
    one?.limit ?? null,
    one?.remaining ?? null,
    one?.reset ?? null,
  ]);
  await db.query(
    `INSERT INTO provider_limits AS l (provider, requests_limit, requests_remaining, requests_reset, input_limit, input_remaining, input_reset,
       output_limit, output_remaining, output_reset, seen_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now())
     ON CONFLICT (provider) DO UPDATE SET requests_limit = COALESCE(EXCLUDED.requests_limit, l.requests_limit),
       requests_remaining = EXCLUDED.requests_remaining, requests_reset = EXCLUDED.requests_reset,
       input_limit = COALESCE(EXCLUDED.input_limit, l.input_limit), input_remaining = EXCLUDED.input_remaining, input_reset = EXCLUDED.input_reset,
       output_limit = COALESCE(EXCLUDED.output_limit, l.output_limit), output_remaining = EXCLUDED.output_remaining, output_reset = EXCLUDED.output_reset,
       seen_at = now()`,
    [provider, ...values],
  );
}

/** From now on the rate rises to the whole within this time. */
export async function startRamp(db: Queryable, provider: string, rampMs: number): Promise<void> {
  await db.query(
    `INSERT INTO provider_limits (provider, ramp_from, ramp_ms) VALUES ($1, clock_timestamp(), $2)
     ON CONFLICT (provider) DO UPDATE SET ramp_from = EXCLUDED.ramp_from, ramp_ms = EXCLUDED.ramp_ms`,
    [provider, rampMs],
  );
}

export interface QuotaRow {
  provider: string;
  limits: { kind: string; limit: number; remaining: number | null; reset: Date | null }[];
  seenAt: Date | null;
  stoppedForMs: number | null;
  stopReason: string | null;
}

/** The limits last seen of each provider, and whether its gate is closed. */
export async function readQuotas(db: Queryable): Promise<QuotaRow[]> {
  const { rows } = await db.query<Record<string, number | string | Date | null>>(
    `SELECT COALESCE(l.provider, g.provider) AS provider, l.requests_limit, l.requests_remaining, l.requests_reset, l.input_limit, l.input_remaining,
            l.input_reset, l.output_limit, l.output_remaining, l.output_reset, l.seen_at, g.reason AS stop_reason, g.closed_at,
            GREATEST(0, EXTRACT(EPOCH FROM g.closed_until - clock_timestamp()) * 1000)::float8 AS stopped_ms
     FROM provider_limits l FULL JOIN (SELECT * FROM provider_gate WHERE closed_at IS NOT NULL) g ON g.provider = l.provider
     ORDER BY 1`,
  );
  return rows.map((row) => ({
    provider: (row.provider ?? '') as string,
    limits: ['requests', 'input', 'output'].flatMap((kind) => {
      const limit = row[`${kind}_limit`] as number | null | undefined;
      if (limit === null || limit === undefined) return [];
      const remaining = (row[`${kind}_remaining`] ?? null) as number | null;
      return [{ kind, limit, remaining, reset: (row[`${kind}_reset`] ?? null) as Date | null }];
    }),
    seenAt: (row.seen_at ?? null) as Date | null,
    stoppedForMs: row.closed_at === null || row.closed_at === undefined ? null : (row.stopped_ms as number),
    stopReason: (row.stop_reason ?? null) as string | null,
  }));
}
