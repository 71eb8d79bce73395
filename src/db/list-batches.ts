import type { BatchStatus } from '../domain/batch.ts';
import type { Queryable } from './database.ts';

export interface ListedBatch {
  id: string;
  name: string;
  status: BatchStatus;
  reason: string | null;
  stalled: boolean;
  total: number;
  /** In a terminal state, whichever. */
  finished: number;
  completed: number;
  failed: number;
  created: Date;
}

/** Batches that docbatch made, newest first. */
export async function listBatches(
  db: Queryable,
  { status, limit }: { status: BatchStatus | null; limit: number },
): Promise<ListedBatch[]> {
  const { rows } = await db.query<ListedBatch>(
    `SELECT id, COALESCE(batch_name, id::text) AS name, status, status_reason AS reason, stalled, total_items AS total,
            processed_items + failed_items + skipped_items + cancelled_items AS finished,
            processed_items AS completed, failed_items AS failed, created_at AS created
     FROM processing_batches WHERE recipe_id IS NOT NULL AND ($1::text IS NULL OR status = $1)
     ORDER BY created_at DESC LIMIT $2`,
    [status, limit],
  );
  return rows;
}
