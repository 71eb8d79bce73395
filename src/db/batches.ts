import type { AggregateSpec } from '../domain/aggregate.ts';
import type { BatchSettings } from '../domain/batch.ts';
import type { Discovery } from '../domain/scheduled-batch.ts';
import { batchWorkflowId } from '../domain/ids.ts';
import type { Queryable } from './database.ts';
import { noteEvent } from './orders.ts';

export interface NewBatch {
  id: string;
  name: string;
  recipeId: number;
  settings: BatchSettings;
  /** @default null (nothing is aggregated) */
  aggregate?: AggregateSpec | null;
  detached: boolean;
  origin: 'cli' | 'api' | 'schedule';
  actor: string;
  schedule?: {
    name: string;
    scheduledAt: string;
    /** Temporal's own. */
    workflowId: string;
    discovery: Discovery;
  };
}

/** The row of a new batch; its candidates are listed already, unless they are still to be discovered. Calling it again changes nothing. */
export async function insertBatch(db: Queryable, batch: NewBatch): Promise<void> {
  const { schedule } = batch;
  const { rowCount } = await db.query(
    `INSERT INTO processing_batches (id, batch_name, recipe_id, settings, detached, origin, workflow_id, schedule_name, scheduled_at, discovery, aggregate,
       total_items, processed_items, failed_items, status)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 'pending')
     ON CONFLICT (id) DO NOTHING`,
    [
      batch.id,
      batch.name,
      batch.recipeId,
      JSON.stringify(batch.settings),
      batch.detached,
      batch.origin,
      schedule?.workflowId ?? batchWorkflowId(batch.id),
      schedule?.name ?? null,
      schedule?.scheduledAt ?? null,
      schedule === undefined ? null : JSON.stringify(schedule.discovery),
      batch.aggregate == null ? null : JSON.stringify(batch.aggregate),
    ],
  );
  if (rowCount === 0) return;
  await noteEvent(db, { batchId: batch.id, event: 'created', actor: batch.actor, reason: null });
}
