import type { BatchSettings } from '../domain/batch.ts';
import { batchWorkflowId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';
import { noteEvent } from './orders.ts';

export interface NewBatch {
  id: string;
  name: string;
  recipeId: number;
  settings: BatchSettings;
  detached: boolean;
  origin: 'cli' | 'api' | 'schedule';
  actor: string;
}

/** The row of a new batch; its candidates are listed already. Calling it again (the answer was lost) changes nothing. */
export async function insertBatch(db: Queryable, batch: NewBatch): Promise<void> {
  const { rowCount } = await db.query(
    `INSERT INTO processing_batches (id, batch_name, recipe_id, settings, detached, origin, workflow_id, total_items, processed_items, failed_items, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 'pending')
     ON CONFLICT (id) DO NOTHING`,
    [
      batch.id,
      batch.name,
      batch.recipeId,
      JSON.stringify(batch.settings),
      batch.detached,
      batch.origin,
      batchWorkflowId(batch.id),
    ],
  );
  if (rowCount === 0) return;
  await noteEvent(db, { batchId: batch.id, event: 'created', actor: batch.actor, reason: null });
}
