import type { Queryable } from './database.ts';
import { noteEvent } from './orders.ts';

/**
 * Lets a batch that was paused for review go on when nothing is left to review; called in the transaction that took an
 * item off the list. Should the caller die before it tells the workflow, `reconcile` does. How many are left.
 */
export async function goOnWhenReviewed(
  tx: Queryable,
  batchId: string,
  actor: string,
): Promise<{ left: number; goesOn: boolean }> {
  // The lock first and the count in a statement of its own: of two people who decide at once, the second sees both.
  await tx.query('SELECT FROM processing_batches WHERE id = $1 FOR UPDATE', [batchId]);
  const { rows } = await tx.query<{ left: number }>(
    `SELECT COUNT(*)::int AS left FROM batch_items WHERE batch_id = $1 AND state = 'review'`,
    [batchId],
  );
  const { left } = rows[0]!;
  if (left > 0) return { left, goesOn: false };
  const { rowCount } = await tx.query(
    `UPDATE processing_batches SET control = 'run', control_now = false, control_seq = control_seq + 1,
       status = 'processing', status_reason = NULL, status_detail = NULL
     WHERE id = $1 AND status = 'paused' AND status_reason = 'review' AND control = 'pause'`,
    [batchId],
  );
  if (rowCount === 0) return { left, goesOn: false };
  await noteEvent(tx, { batchId, event: 'resumed', actor, reason: 'reviewed' });
  return { left, goesOn: true };
}
