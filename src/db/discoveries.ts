import type { Discovery } from '../domain/scheduled-batch.ts';
import type { Queryable } from './database.ts';

/** What a batch has still to look for; null when it has looked, or was given its documents. */
export async function readDiscovery(db: Queryable, batchId: string): Promise<Discovery | null> {
  const { rows } = await db.query<{ discovery: Discovery | null }>(
    'SELECT discovery FROM processing_batches WHERE id = $1',
    [batchId],
  );
  return rows[0]?.discovery ?? null;
}

/** Closes the search, and holds the row until the transaction ends; null when another worker closed it before. */
export async function closeDiscovery(tx: Queryable, batchId: string): Promise<{ recipeId: number } | null> {
  const { rows } = await tx.query<{ recipeId: number }>(
    `UPDATE processing_batches SET discovery = NULL WHERE id = $1 AND discovery IS NOT NULL RETURNING recipe_id AS "recipeId"`,
    [batchId],
  );
  return rows[0] ?? null;
}
