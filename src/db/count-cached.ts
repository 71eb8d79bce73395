import type { Queryable } from './database.ts';

/** How many documents of a batch were answered from the cache, since their content had been analyzed before. */
export async function countCached(db: Queryable, batchId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT COUNT(*)::int AS count FROM batch_items WHERE batch_id = $1 AND state = 'completed' AND cached`,
    [batchId],
  );
  return rows[0]!.count;
}
