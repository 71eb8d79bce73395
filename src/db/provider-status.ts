import type { Queryable } from './database.ts';

/** What a batch has at the provider, for screens. */
export interface ProviderStatus {
  batches: number;
  requests: number;
  /** As the provider calls them, oldest first; one whose create call was not answered has none yet. */
  ids: string[];
  /** Since the oldest was sent. */
  oldestMs: number;
  /** Since one was last looked at; null: not yet. */
  polledMs: number | null;
  /** Until the first gives up; null: not known yet. */
  expiresMs: number | null;
}

export interface ListedProviderBatch {
  id: string;
  batchId: string;
  providerId: string | null;
  state: 'sealed' | 'creating' | 'submitted' | 'ended';
  requests: number;
  adopted: boolean;
  cancelAsked: boolean;
  createdAt: Date;
  polledAt: Date | null;
  expiresAt: Date | null;
  endedAt: Date | null;
}

/** Null when it has nothing there. */
export async function providerStatus(db: Queryable, batchId: string): Promise<ProviderStatus | null> {
  const ms = (sql: string) => `(EXTRACT(EPOCH FROM ${sql}) * 1000)::float8`;
  const { rows } = await db.query<ProviderStatus>(
    `SELECT COUNT(*)::int AS batches, COALESCE(SUM(request_count), 0)::int AS requests,
            COALESCE(array_agg(provider_id ORDER BY created_at) FILTER (WHERE provider_id IS NOT NULL), '{}') AS ids,
            ${ms('clock_timestamp() - MIN(COALESCE(sent_at, created_at))')} AS "oldestMs",
            ${ms('clock_timestamp() - MAX(polled_at)')} AS "polledMs", ${ms('MIN(expires_at) - clock_timestamp()')} AS "expiresMs"
     FROM provider_batches WHERE batch_id = $1 AND state IN ('creating', 'submitted')`,
    [batchId],
  );
  const row = rows[0]!;
  return row.batches === 0 ? null : row;
}

export interface ShownProviderBatch extends ListedProviderBatch {
  batchName: string | null;
  sizeBytes: number;
  sentAt: Date | null;
  /** Provider batches that looked like it, and were not. */
  rejected: string[];
  /** By type; null before it has ended. */
  outcomes: Record<string, number> | null;
}

const LISTED = `p.id, p.batch_id AS "batchId", p.provider_id AS "providerId", p.state, p.request_count AS requests, p.adopted,
  p.cancel_asked_at IS NOT NULL AS "cancelAsked", p.created_at AS "createdAt", p.polled_at AS "polledAt", p.expires_at AS "expiresAt",
  p.ended_at AS "endedAt"`;

/** Those whose id of the provider, or our own, begins with this. */
export async function findProviderBatches(db: Queryable, start: string): Promise<ShownProviderBatch[]> {
  const { rows } = await db.query<ShownProviderBatch>(
    `SELECT ${LISTED}, b.batch_name AS "batchName", p.size_bytes AS "sizeBytes", p.sent_at AS "sentAt", p.rejected, p.outcomes
     FROM provider_batches p LEFT JOIN processing_batches b ON b.id = p.batch_id
     WHERE starts_with(p.provider_id, $1) OR starts_with(p.id::text, $1) ORDER BY p.created_at DESC LIMIT 10`,
    [start],
  );
  return rows;
}

/** Those that have something there now. */
export async function batchesAtProvider(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT DISTINCT batch_id AS id FROM provider_batches WHERE state IN ('creating', 'submitted')`,
  );
  return rows.map(({ id }) => id);
}

/** Newest first; of one batch, or of all. */
export async function listProviderBatches(
  db: Queryable,
  batchId: string | null,
  { onlyOpen }: { onlyOpen: boolean },
): Promise<ListedProviderBatch[]> {
  const { rows } = await db.query<ListedProviderBatch>(
    `SELECT ${LISTED} FROM provider_batches p
     WHERE ($1::uuid IS NULL OR p.batch_id = $1) AND (NOT $2 OR p.state <> 'ended') ORDER BY p.created_at DESC`,
    [batchId, onlyOpen],
  );
  return rows;
}
