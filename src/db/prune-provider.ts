import type { Database, Queryable } from './database.ts';
import type { Pruned } from './prune.ts';
import { ENDED } from './prune.ts';

const BATCHES = `FROM provider_batches p WHERE p.state = 'ended' AND p.batch_id IN (SELECT id FROM (${ENDED}) ended)`;

/** Provider batches that `prune` would forget; what they cost stays in `paid_calls`. */
export async function countProviderBatches(db: Queryable, before: Date): Promise<Pruned> {
  const { rows } = await db.query<Pruned>(
    `SELECT COUNT(*)::int AS count, COALESCE(SUM(pg_column_size(p)), 0)::bigint AS "sizeBytes" ${BATCHES}`,
    [before],
  );
  return rows[0]!;
}

/** With them go requests that nobody asks any more, and claims to contents whose payer is done. */
export function pruneProviderBatches(db: Database, before: Date): Promise<Pruned> {
  return db.transaction(async (tx) => {
    await tx.query(
      `DELETE FROM provider_requests r WHERE r.batch_id IN (SELECT id FROM (${ENDED}) ended) AND NOT EXISTS (
         SELECT FROM provider_batches p WHERE p.id = r.provider_batch_id AND p.state <> 'ended')`,
      [before],
    );
    await tx.query(
      `DELETE FROM cache_claims c WHERE c.claimed_at < $1 AND NOT EXISTS (
         SELECT FROM batch_items i WHERE i.batch_id = c.batch_id AND i.document_id = c.document_id AND i.epoch = c.epoch
           AND i.state IN ('processing', 'retrying'))`,
      [before],
    );
    const { rows } = await tx.query<Pruned>(
      `WITH gone AS (DELETE ${BATCHES} RETURNING pg_column_size(p) AS size)
       SELECT COUNT(*)::int AS count, COALESCE(SUM(size), 0)::bigint AS "sizeBytes" FROM gone`,
      [before],
    );
    return rows[0]!;
  });
}
