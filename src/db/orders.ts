import type { BatchStatus, Control } from '../domain/batch.ts';
import { putBackLost } from './claims.ts';
import type { Database, Queryable } from './database.ts';
import { isParked } from './is-parked.ts';
import { askRefusedAgain } from './provider-requests.ts';

export interface OrdersRow {
  control: Control;
  controlSeq: number;
  controlNow: boolean;
  status: BatchStatus;
  statusReason: string | null;
  generation: number;
  parallel: number;
  batchSize: number;
  priority: number;
  liveWorkers: number;
  /** Documents wait for provider batches, or one is not accounted for. */
  asksProvider: boolean;
  /** The lowest chunk with an item to do; one after the last when there is none. */
  firstOpenChunk: number;
  lastChunkNo: number;
  name: string;
  totals: { total: number; completed: number; failed: number };
}

/** The row that rules, as the workflow needs it; to read an order is to acknowledge it. Throws when the batch was deleted. */
export async function readOrders(db: Queryable, batchId: string): Promise<OrdersRow> {
  const { rows } = await db.query<Omit<OrdersRow, 'totals'> & OrdersRow['totals']>(
    `SELECT control, control_seq AS "controlSeq", control_now AS "controlNow", status, status_reason AS "statusReason",
            generation, (settings->>'parallel')::int AS parallel, (settings->>'batchSize')::int AS "batchSize",
            (settings->>'priority')::int AS priority, batch_name AS name,
            total_items AS total, processed_items AS completed, failed_items AS failed, last_chunk_no AS "lastChunkNo",
            COALESCE((SELECT MIN(chunk_no) FROM batch_items i WHERE batch_id = $1 AND state IN ('pending', 'processing') AND NOT ${isParked('i')}),
                     last_chunk_no + 1) AS "firstOpenChunk",
            EXISTS (SELECT FROM batch_items i WHERE batch_id = $1 AND ${isParked('i')})
              OR EXISTS (SELECT FROM provider_batches p WHERE p.batch_id = $1 AND p.state <> 'ended') AS "asksProvider",
            (SELECT COUNT(*)::int FROM workers WHERE heartbeat_at > now() - interval '5 seconds') AS "liveWorkers"
     FROM processing_batches WHERE id = $1`,
    [batchId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`Batch ${batchId} is not in the database`);
  await db.query('UPDATE processing_batches SET control_ack = $2 WHERE id = $1 AND control_ack < $2', [
    batchId,
    row.controlSeq,
  ]);
  const { total, completed, failed, ...orders } = row;
  return { ...orders, totals: { total, completed, failed } };
}

export interface NewStatus {
  batchId: string;
  status: 'paused' | 'halted' | 'processing';
  reason: string | null;
  detail: string | null;
  controlSeq: number;
}

/**
 * Writes where the workflow stands, unless a newer order is in the row already (then the workflow reads that first).
 * A halt that only the workflow knows becomes the row's order too. A row that was taken for terminated is mended: the
 * workflow lives. Calling it twice changes nothing.
 */
export async function recordStatus(db: Database, change: NewStatus): Promise<void> {
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      changed: boolean;
      statusReason: string | null;
      statusDetail: string | null;
    }>(
      `UPDATE processing_batches b SET
         status = $2::text,
         status_reason = CASE WHEN $2::text = 'processing' THEN NULL ELSE COALESCE($3::text, b.status_reason) END,
         status_detail = CASE WHEN $2::text = 'processing' THEN NULL ELSE COALESCE($4::text, b.status_detail) END,
         control_seq = b.control_seq + CASE WHEN $2::text = 'halted' AND b.control = 'run' THEN 1 ELSE 0 END,
         control = CASE WHEN $2::text = 'halted' AND b.control = 'run' THEN 'halt' ELSE b.control END,
         control_ack = $5::int
       FROM (SELECT id, status FROM processing_batches WHERE id = $1 FOR UPDATE) was
       WHERE b.id = was.id AND b.control_seq <= $5::int AND b.status IN ('pending', 'processing', 'paused', 'halted', 'terminated')
       RETURNING was.status <> 'halted' AS changed, b.status_reason AS "statusReason", b.status_detail AS "statusDetail"`,
      [change.batchId, change.status, change.reason, change.detail, change.controlSeq],
    );
    const row = rows[0];
    // The workflow stands still only when none of its chunks runs.
    if (row !== undefined && change.status !== 'processing') await putBackLost(tx, [change.batchId]);
    if (row?.changed !== true || change.status !== 'halted') return;
    await noteEvent(tx, {
      batchId: change.batchId,
      event: 'halted',
      actor: 'docbatch',
      reason: row.statusReason,
      detail: { message: row.statusDetail, controlSeq: change.controlSeq },
    });
    await notifyLater(tx, change.batchId, 'halted', change.controlSeq);
  });
}

export interface ControlOrderRow {
  batchId: string;
  control: Control;
  now: boolean;
  actor: string;
  /** The person's own words. */
  reason: string | null;
  /** What `status_reason` says of a pause or a cancel. @default 'user' */
  code?: 'user' | 'interrupted' | 'budget';
}

const EVENT_OF: Record<Control, string> = {
  run: 'resumed',
  pause: 'paused',
  halt: 'halted',
  cancel: 'cancelled',
};

/** Writes an order with who and why. Ordering what is ordered already changes nothing; a finished batch takes none. */
export async function orderControl(
  db: Database,
  order: ControlOrderRow,
): Promise<{ changed: boolean; status: BatchStatus }> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ control: Control; controlNow: boolean; status: BatchStatus }>(
      `SELECT control, control_now AS "controlNow", status FROM processing_batches WHERE id = $1 FOR UPDATE`,
      [order.batchId],
    );
    const row = rows[0];
    if (row === undefined) throw new Error(`Batch ${order.batchId} is not in the database`);
    const open = ['pending', 'processing', 'paused', 'halted'].includes(row.status);
    const same = row.control === order.control && (row.controlNow || !order.now);
    // Nothing overrules a cancel, and a pause does not soften a halt.
    const overruled = row.control === 'cancel' || (row.control === 'halt' && order.control === 'pause');
    if (!open || same || overruled) return { changed: false, status: row.status };
    const updated = await tx.query<{ status: BatchStatus }>(
      `UPDATE processing_batches SET control = $2::text, control_now = $3, control_seq = control_seq + 1,
         status = CASE WHEN $2::text = 'pause' THEN 'paused' WHEN $2::text = 'run' AND status IN ('paused', 'halted') THEN 'processing' ELSE status END,
         status_reason = CASE WHEN $2::text = 'run' THEN NULL ELSE $4::text END,
         status_detail = CASE WHEN $2::text = 'run' THEN NULL ELSE $5::text END
       WHERE id = $1 RETURNING status`,
      [order.batchId, order.control, order.now, order.code ?? 'user', order.reason],
    );
    if (row.control === 'halt' && order.control === 'run') await askRefusedAgain(tx, order.batchId);
    await noteEvent(tx, {
      batchId: order.batchId,
      event: EVENT_OF[order.control],
      actor: order.actor,
      reason: order.reason,
    });
    return { changed: true, status: updated.rows[0]?.status ?? row.status };
  });
}

export interface BatchEvent {
  batchId: string;
  event: string;
  actor: string;
  reason: string | null;
  detail?: Record<string, unknown>;
  /** With it, the event is written only once per key: a repeated activity leaves one row. */
  onceKey?: number;
}

/** Appends to the audit trail; false when this very event is there already. */
export async function noteEvent(tx: Queryable, event: BatchEvent): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO batch_events (batch_id, event, actor, reason, detail)
     SELECT $1::uuid, $2::text, $3::text, $4::text, $5::jsonb || CASE WHEN $6::int IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('once', $6::int) END
     WHERE $6::int IS NULL OR NOT EXISTS (
       SELECT 1 FROM batch_events WHERE batch_id = $1::uuid AND event = $2::text AND (detail->>'once')::int = $6::int)`,
    [
      event.batchId,
      event.event,
      event.actor,
      event.reason,
      JSON.stringify(event.detail ?? {}),
      event.onceKey ?? null,
    ],
  );
  return rowCount > 0;
}

/** Puts one row per target of `--notify` into the outbox, in the transaction that makes the event true. */
export async function notifyLater(
  tx: Queryable,
  batchId: string,
  event: 'halted' | 'finished' | 'stalled' | 'review',
  occurrence: number,
): Promise<void> {
  await tx.query(
    `INSERT INTO notifications (batch_id, event, occurrence, target, payload)
     SELECT b.id, $2::text, $3::int, target, jsonb_build_object(
       'event', $2::text, 'batch', b.id, 'name', b.batch_name, 'status', b.status,
       'reason', CASE WHEN $2::text = 'stalled' THEN 'stalled' ELSE b.status_reason END,
       'detail', CASE WHEN $2::text = 'stalled' THEN b.stalled_reason ELSE b.status_detail END,
       'counts', jsonb_build_object('total', b.total_items, 'completed', b.processed_items, 'failed', b.failed_items,
                                    'skipped', b.skipped_items, 'cancelled', b.cancelled_items),
       'next', 'docbatch ' || CASE WHEN $2::text = 'halted' THEN 'resume ' WHEN $2::text = 'stalled' THEN 'status '
                                   WHEN $2::text = 'review' THEN 'review list '
                                   WHEN b.failed_items > 0 THEN 'retry ' ELSE 'export ' END || left(b.id::text, 8))
     FROM processing_batches b, jsonb_array_elements_text(COALESCE(b.settings->'notify', '[]'::jsonb)) AS target
     WHERE b.id = $1
     ON CONFLICT DO NOTHING`,
    [batchId, event, occurrence],
  );
}
