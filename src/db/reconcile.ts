import type { Database } from './database.ts';
import { noteEvent } from './orders.ts';

export interface OpenBatch {
  id: string;
  workflowId: string;
  status: string;
  generation: number;
  stalled: boolean;
  /** An order stands in the row that the workflow has not acknowledged for a while. */
  isUnheard: boolean;
}

/** Batches of ours that are not finished and whose row has been as it is for 10 s. */
export async function openBatches(db: Database): Promise<OpenBatch[]> {
  const { rows } = await db.query<OpenBatch>(
    `SELECT id, workflow_id AS "workflowId", status, generation, stalled, control_ack < control_seq AS "isUnheard"
     FROM processing_batches
     WHERE recipe_id IS NOT NULL AND workflow_id IS NOT NULL
       AND status IN ('pending', 'processing', 'paused', 'halted', 'finalizing')
       AND status_changed_at < now() - interval '10 seconds'`,
  );
  return rows;
}

/** Runs `work` when no other process does; else does nothing. */
export async function tryLock(db: Database, work: () => Promise<void>): Promise<void> {
  await db.withClient(async (client) => {
    const key = `hashtextextended('docbatch-reconcile', 0)`;
    const { rows } = await client.query<{ locked: boolean }>(`SELECT pg_try_advisory_lock(${key}) AS locked`);
    if (rows[0]?.locked !== true) return;
    try {
      await work();
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${key})`);
    }
  });
}

/** The workflow ended without the row: say so, give its items back. Nothing happens when the batch was reopened meanwhile. */
export async function markTerminated(
  db: Database,
  batch: { id: string; generation: number },
  why: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE processing_batches SET status = 'terminated', status_reason = 'workflow', status_detail = $3
       WHERE id = $1 AND generation = $2 AND status IN ('pending', 'processing', 'paused', 'halted', 'finalizing')`,
      [batch.id, batch.generation, why],
    );
    if (rowCount === 0) return;
    await tx.query(
      `UPDATE batch_items SET state = 'pending', epoch = epoch + 1, started_at = NULL
       WHERE batch_id = $1 AND state = 'processing'`,
      [batch.id],
    );
    await noteEvent(tx, { batchId: batch.id, event: 'terminated', actor: 'docbatch', reason: why });
  });
}
