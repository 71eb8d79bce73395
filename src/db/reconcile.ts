import { putBackLost } from './claims.ts';
import type { Database, Queryable } from './database.ts';
import { noteEvent } from './orders.ts';

export interface OpenBatch {
  id: string;
  workflowId: string;
  status: string;
  controlSeq: number;
  stalled: boolean;
  /** An order stands in the row that the workflow has not acknowledged for a while. */
  isUnheard: boolean;
}

const COLUMNS = `id, workflow_id AS "workflowId", status, control_seq AS "controlSeq", stalled, control_ack < control_seq AS "isUnheard"`;

/** Not finished, and the row has been as it is for 10 s: whoever changed it has had the time to tell the workflow. */
const OPEN = `recipe_id IS NOT NULL AND workflow_id IS NOT NULL
  AND status IN ('pending', 'processing', 'paused', 'halted', 'finalizing')
  -- A scheduled run that halts or waits for a person ends, so that its schedule goes on; the row stays as it is.
  AND NOT (origin = 'schedule' AND control <> 'cancel' AND (status = 'halted' OR (status = 'paused' AND status_reason = 'review')))
  AND status_changed_at < now() - interval '10 seconds'`;

/** Batches of ours to be compared with their workflows. */
export async function openBatches(db: Queryable): Promise<OpenBatch[]> {
  return (await db.query<OpenBatch>(`SELECT ${COLUMNS} FROM processing_batches WHERE ${OPEN}`)).rows;
}

/** The same for workers that look all the time: each batch goes to one of them every few seconds. */
export async function claimOpenBatches(db: Queryable): Promise<OpenBatch[]> {
  const { rows } = await db.query<OpenBatch>(
    `UPDATE processing_batches SET reconciled_at = clock_timestamp()
     WHERE ${OPEN} AND (reconciled_at IS NULL OR reconciled_at < clock_timestamp() - interval '4 seconds')
     RETURNING ${COLUMNS}`,
  );
  return rows;
}

/** The workflow ended without the row: say so, give its items back. Nothing happens when an order came meanwhile. */
export async function markTerminated(
  db: Database,
  batch: { id: string; controlSeq: number },
  why: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE processing_batches SET status = 'terminated', status_reason = 'workflow', status_detail = $3
       WHERE id = $1 AND control_seq = $2 AND ${OPEN}`,
      [batch.id, batch.controlSeq, why],
    );
    if (rowCount === 0) return;
    await putBackLost(tx, [batch.id]);
    await noteEvent(tx, { batchId: batch.id, event: 'terminated', actor: 'docbatch', reason: why });
  });
}
