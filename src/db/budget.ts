import type { Queryable } from './database.ts';

export interface Reservation {
  batchId: string;
  documentId: string;
  epoch: number;
  workerId: string;
  /** All that this try of the document has cost and may still cost. */
  amountNanoUsd: number;
}

export interface ReservationAnswer {
  verdict: 'reserved' | 'wait' | 'later' | 'exhausted';
  spent: number;
  reserved: number;
  budget: number | null;
}

/** Holds money back before a call is made; asking again for the same try replaces its amount. */
export async function reserveBudget(db: Queryable, reservation: Reservation): Promise<ReservationAnswer> {
  const { batchId, documentId, epoch, workerId, amountNanoUsd } = reservation;
  const { rows } = await db.query<ReservationAnswer>('SELECT * FROM docbatch_reserve($1, $2, $3, $4, $5)', [
    batchId,
    documentId,
    epoch,
    workerId,
    amountNanoUsd,
  ]);
  return rows[0]!;
}

/** The try makes no call after all. */
export async function releaseReservation(
  db: Queryable,
  batchId: string,
  { documentId, epoch }: { documentId: string; epoch: number },
): Promise<void> {
  await db.query('DELETE FROM budget_reservations WHERE batch_id = $1 AND document_id = $2 AND epoch = $3', [
    batchId,
    documentId,
    epoch,
  ]);
}

/** Lets go what interrupted calls are counted with, of batches that do not run. Returns what it was. */
export async function reconcileBudget(db: Queryable, batchId: string): Promise<number> {
  const { rows } = await db.query<{ freed: number }>(
    `WITH gone AS (
       DELETE FROM budget_reservations r USING processing_batches b
       WHERE r.batch_id = $1 AND b.id = r.batch_id AND b.status NOT IN ('pending', 'processing', 'finalizing')
         AND NOT EXISTS (SELECT 1 FROM batch_items i WHERE i.batch_id = r.batch_id AND i.state = 'processing')
       RETURNING r.amount_nano_usd
     ), was AS (
       SELECT interrupted_nano_usd AS amount FROM processing_batches WHERE id = $1 FOR UPDATE
     ), cleared AS (
       UPDATE processing_batches SET interrupted_nano_usd = 0, interrupted_calls = 0 WHERE id = $1
     )
     SELECT (SELECT amount FROM was) + (SELECT COALESCE(SUM(amount_nano_usd), 0) FROM gone)::bigint AS freed`,
    [batchId],
  );
  return rows[0]?.freed ?? 0;
}
