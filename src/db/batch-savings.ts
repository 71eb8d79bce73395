import type { Queryable } from './database.ts';

/** How long provider batches took lately, in milliseconds; null when none has ended yet. */
export async function seenBatchMs(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ ms: number | null }>(
    `SELECT (percentile_cont(0.9) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM ended_at - sent_at)) * 1000)::float8 AS ms
     FROM (SELECT ended_at, sent_at FROM provider_batches WHERE state = 'ended' AND provider_id IS NOT NULL
           ORDER BY ended_at DESC LIMIT 20) b`,
  );
  return rows[0]?.ms ?? null;
}

/** What a batch's calls at half the price have cost: as much again would they have cost online. */
export async function savedByBatch(db: Queryable, batchId: string): Promise<number> {
  const { rows } = await db.query<{ saved: number }>(
    `SELECT COALESCE(SUM(cost_nano_usd), 0)::bigint AS saved FROM paid_calls WHERE batch_id = $1 AND mode = 'batch'`,
    [batchId],
  );
  return rows[0]!.saved;
}

/** Documents of a batch that is not there yet, in this order; those that are not named come after them. */
export async function orderCandidates(
  db: Queryable,
  batchId: string,
  uris: readonly string[],
): Promise<void> {
  await db.query(
    `UPDATE batch_candidates c SET position = o.position + (SELECT MAX(position) FROM batch_candidates WHERE batch_id = $1)
     FROM (SELECT c.document_id, row_number() OVER (ORDER BY u.nth NULLS LAST, c.position) AS position
           FROM batch_candidates c JOIN file_document d ON d.id = c.document_id
           LEFT JOIN unnest($2::text[]) WITH ORDINALITY AS u(uri, nth) ON u.uri = d.uri WHERE c.batch_id = $1) o
     WHERE c.batch_id = $1 AND c.document_id = o.document_id`,
    [batchId, uris],
  );
}
