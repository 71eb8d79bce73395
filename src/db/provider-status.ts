import type { Queryable } from './database.ts';

/** What a batch has at the provider, for screens. */
export interface ProviderStatus {
  batches: number;
  requests: number;
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
            ${ms('clock_timestamp() - MIN(COALESCE(sent_at, created_at))')} AS "oldestMs",
            ${ms('clock_timestamp() - MAX(polled_at)')} AS "polledMs", ${ms('MIN(expires_at) - clock_timestamp()')} AS "expiresMs"
     FROM provider_batches WHERE batch_id = $1 AND state IN ('creating', 'submitted')`,
    [batchId],
  );
  const row = rows[0]!;
  return row.batches === 0 ? null : row;
}

/** Newest first; of one batch, or of all. */
export async function listProviderBatches(
  db: Queryable,
  batchId: string | null,
  { onlyOpen }: { onlyOpen: boolean },
): Promise<ListedProviderBatch[]> {
  const { rows } = await db.query<ListedProviderBatch>(
    `SELECT id, batch_id AS "batchId", provider_id AS "providerId", state, request_count AS requests, adopted,
            cancel_asked_at IS NOT NULL AS "cancelAsked", created_at AS "createdAt", polled_at AS "polledAt", expires_at AS "expiresAt", ended_at AS "endedAt"
     FROM provider_batches WHERE ($1::uuid IS NULL OR batch_id = $1) AND (NOT $2 OR state <> 'ended') ORDER BY created_at DESC`,
    [batchId, onlyOpen],
  );
  return rows;
}
