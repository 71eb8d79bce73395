import type { Queryable } from './database.ts';

export interface GateRow {
  provider: string;
  reason: string | null;
  closedForMs: number;
  /** Milliseconds until the next probe may be made; 0 when it is due. */
  probeInMs: number;
}

/** NOTIFY with a provider: its row has changed. Workers poll as well. */
export const gateChannel = 'docbatch_gate';

/** The first wait before a probe; doubled by each probe that fails, up to 30 s. */
const FIRST_PROBE_SQL = `interval '1 second'`;

/** The right of a worker that died lapses with it: what is left of `probe_until` counts only while it beats. */
const PROBE_UNTIL_SQL = `(SELECT g.probe_until FROM workers w
  WHERE w.id = g.probe_worker AND w.heartbeat_at > clock_timestamp() - interval '10 seconds')`;

/** The gates that are closed, of these providers. */
export async function readClosedGates(db: Queryable, providers: readonly string[]): Promise<GateRow[]> {
  const { rows } = await db.query<GateRow>(
    `SELECT provider, reason, (EXTRACT(EPOCH FROM clock_timestamp() - closed_at) * 1000)::float8 AS "closedForMs",
            GREATEST(0, EXTRACT(EPOCH FROM GREATEST(closed_until, ${PROBE_UNTIL_SQL}) - clock_timestamp()) * 1000)::float8 AS "probeInMs"
     FROM provider_gate g WHERE closed_at IS NOT NULL AND provider = ANY($1::text[])`,
    [providers],
  );
  return rows;
}

/** The other side asks all callers to wait: no call, nor a probe, before `forMs` are over. */
export async function stopGate(
  db: Queryable,
  provider: string,
  reason: string,
  forMs: number,
): Promise<void> {
  await db.query(
    `WITH stopped AS (
     INSERT INTO provider_gate AS g (provider, closed_at, closed_until, reason, probes)
     VALUES ($1, clock_timestamp(), clock_timestamp() + $3 * interval '1 millisecond', $2, 0)
     ON CONFLICT (provider) DO UPDATE SET closed_at = COALESCE(g.closed_at, EXCLUDED.closed_at), reason = EXCLUDED.reason,
       closed_until = CASE WHEN g.closed_at IS NULL THEN EXCLUDED.closed_until ELSE GREATEST(g.closed_until, EXCLUDED.closed_until) END,
       probes = CASE WHEN g.closed_at IS NULL THEN 0 ELSE g.probes END, updated_at = now() RETURNING provider)
     SELECT pg_notify('${gateChannel}', provider) FROM stopped`,
    [provider, reason, Math.ceil(forMs)],
  );
}

/** Closes the gate for all workers, at least for `retryAfterMs`; a gate that is closed already stays as it is. */
export async function closeGate(
  db: Queryable,
  provider: string,
  reason: string,
  retryAfterMs = 0,
): Promise<void> {
  await db.query(
    `WITH closed AS (
     INSERT INTO provider_gate AS g (provider, closed_at, closed_until, reason, probes)
     VALUES ($1, clock_timestamp(), clock_timestamp() + GREATEST(${FIRST_PROBE_SQL}, $3 * interval '1 millisecond'), $2, 0)
     ON CONFLICT (provider) DO UPDATE SET closed_at = EXCLUDED.closed_at, closed_until = EXCLUDED.closed_until, reason = EXCLUDED.reason,
       probes = 0, probe_worker = NULL, probe_until = NULL, updated_at = now()
     WHERE g.closed_at IS NULL RETURNING provider)
     SELECT pg_notify('${gateChannel}', provider) FROM closed`,
    [provider, reason, retryAfterMs],
  );
}

/** True for the one worker that may make the next probe; the right lapses after `forMs`, or when the worker dies. */
export async function claimProbe(
  db: Queryable,
  provider: string,
  workerId: string,
  forMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE provider_gate g SET probe_worker = $2, probe_until = clock_timestamp() + $3 * interval '1 millisecond', updated_at = now()
     WHERE provider = $1 AND closed_at IS NOT NULL AND closed_until <= clock_timestamp()
       AND COALESCE(${PROBE_UNTIL_SQL} <= clock_timestamp(), true)`,
    [provider, workerId, forMs],
  );
  return rowCount === 1;
}

/** What the probe of this worker showed. `null`: it made no call, so the next one may follow at once. */
export async function endProbe(
  db: Queryable,
  provider: string,
  workerId: string,
  ok: boolean | null,
  retryAfterMs = 0,
): Promise<void> {
  await db.query(
    `WITH ended AS (
     UPDATE provider_gate SET
       closed_at = CASE WHEN $3 IS TRUE THEN NULL ELSE closed_at END,
       probes = probes + CASE WHEN $3 IS FALSE THEN 1 ELSE 0 END,
       closed_until = CASE WHEN $3 IS FALSE THEN clock_timestamp() + GREATEST(LEAST(${FIRST_PROBE_SQL} * 2 ^ (probes + 1), interval '30 seconds'), $4 * interval '1 millisecond') ELSE closed_until END,
       probe_worker = NULL, probe_until = NULL, updated_at = now()
     WHERE provider = $1 AND probe_worker = $2 RETURNING provider)
     SELECT pg_notify('${gateChannel}', provider) FROM ended`,
    [provider, workerId, ok, retryAfterMs],
  );
}
