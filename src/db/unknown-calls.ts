import type { Queryable } from './database.ts';
import { isParked } from './is-parked.ts';

/** One that waited for its place, or for money, while its worker died has nothing to do with it. */
export function isInWork(i: string): string {
  return `(${i}.started_at IS NOT NULL AND ${i}.stage IS DISTINCT FROM 'waiting')`;
}

/**
 * A part of a statement that holds money for calls that a kill may have cut off, by the rows of `taken`: they have
 * `batch_id`, `document_id`, the `epoch` of the dead worker, and `was_in_work`. With a budget it is held already.
 */
export const HOLD_CUT_OFF = `
  INSERT INTO budget_reservations (batch_id, document_id, epoch, worker_id, amount_nano_usd)
  SELECT t.batch_id, t.document_id, t.epoch, t.document_id, b.worst_try_nano_usd
  FROM taken t JOIN processing_batches b ON b.id = t.batch_id
  WHERE t.was_in_work AND b.worst_try_nano_usd > 0
  ON CONFLICT DO NOTHING`;

/** Notes what a try may cost at most, before its call is made. */
export async function noteWorstTry(db: Queryable, batchId: string, nanoUsd: number): Promise<void> {
  await db.query(
    'UPDATE processing_batches SET worst_try_nano_usd = $2 WHERE id = $1 AND worst_try_nano_usd < $2',
    [batchId, nanoUsd],
  );
}

/** A subquery with `calls` and `"nanoUsd"` for the batch in alias `b`. */
export function unknownCallsOf(b: string): string {
  return `(
    SELECT (${b}.interrupted_calls + COALESCE(SUM(u.calls), 0))::int AS calls,
           (${b}.interrupted_nano_usd + COALESCE(SUM(u.amount), 0))::bigint AS "nanoUsd"
    FROM (
      SELECT 1 AS calls, v.amount_nano_usd AS amount FROM budget_reservations v
      WHERE v.batch_id = ${b}.id AND v.epoch > 0 AND NOT EXISTS (
        SELECT FROM workers w WHERE w.id = v.worker_id AND ${isAlive('w')})
      UNION ALL
      -- Every worker is dead, and nobody has looked after its documents yet.
      SELECT 1, ${b}.worst_try_nano_usd FROM batch_items i
      WHERE ${b}.worst_try_nano_usd > 0 AND ${b}.status NOT IN ('completed', 'completed_with_failures')
        AND NOT EXISTS (SELECT FROM workers w WHERE ${isAlive('w')})
        AND i.batch_id = ${b}.id AND i.state IN ('processing', 'retrying') AND ${isInWork('i')} AND NOT ${isParked('i')}
        AND NOT EXISTS (SELECT FROM budget_reservations v
          WHERE v.batch_id = i.batch_id AND v.document_id = i.document_id AND v.epoch = i.epoch)
    ) u)`;
}

function isAlive(w: string): string {
  return `${w}.heartbeat_at > now() - interval '10 seconds'`;
}
