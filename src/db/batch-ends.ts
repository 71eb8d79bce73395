import type { BatchStatus } from '../domain/batch.ts';
import type { Database, Queryable } from './database.ts';
import { isParked } from './is-parked.ts';
import { noteEvent, notifyLater } from './orders.ts';
import { cancelSummary, isSummaryDue } from './summaries.ts';
import { notePeakRss } from './workers.ts';

export interface Totals {
  total: number;
  completed: number;
  failed: number;
}

export type Finish =
  | { finished: true; status: BatchStatus; totals: Totals }
  | {
      finished: false;
      lastChunkNo: number;
      openChunks: number[];
      retrying: number;
      parked: number;
      /** Nothing is open but what waits for a person: the batch is paused until then. */
      awaitsReview: boolean;
      /** Nothing is left but the summary of it all. */
      summarize?: boolean;
    };

const FINISHED: ReadonlySet<string> = new Set(['completed', 'completed_with_failures', 'cancelled']);

/** Counts the open items; with none left the batch is finished, its counters taken from the items once more. */
export async function finishBatch(db: Database, batchId: string): Promise<Finish> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      status: BatchStatus;
      lastChunkNo: number;
      planned: boolean;
      generation: number;
      control: string;
    }>(
      `SELECT status, last_chunk_no AS "lastChunkNo", planned_at IS NOT NULL AS planned, generation, control
       FROM processing_batches WHERE id = $1 FOR UPDATE`,
      [batchId],
    );
    const batch = rows[0];
    if (batch === undefined) throw new Error(`Batch ${batchId} is not in the database`);
    if (FINISHED.has(batch.status)) {
      return { finished: true, status: batch.status, totals: await totals(tx, batchId) };
    }
    const open = await openItems(tx, batchId);
    const awaitsReview =
      batch.planned && batch.control === 'run' && open.review > 0 && open.review === open.count;
    if (awaitsReview) await pauseForReview(tx, batchId, open.review);
    if (open.count > 0 || open.unwritten || !batch.planned || batch.control !== 'run') {
      return {
        finished: false,
        lastChunkNo: batch.lastChunkNo,
        openChunks: open.chunks,
        retrying: open.retrying,
        parked: open.parked,
        awaitsReview,
      };
    }
    if (await isSummaryDue(tx, batchId)) {
      const { lastChunkNo } = batch;
      const nothing = { openChunks: [], retrying: 0, parked: 0, awaitsReview: false };
      return { finished: false, lastChunkNo, ...nothing, summarize: true };
    }
    return { finished: true, ...(await closeFinished(tx, batchId, batch.generation)) };
  });
}

/** Every document is done: with those that failed, or without. Its end is told once a generation. */
async function closeFinished(
  tx: Queryable,
  batchId: string,
  generation: number,
): Promise<{ status: BatchStatus; totals: Totals }> {
  // A batch may end between two looks of its worker.
  await notePeakRss(tx, [batchId]);
  const finished = await close(
    tx,
    batchId,
    `CASE WHEN n.failed > 0 THEN 'completed_with_failures' ELSE 'completed' END`,
  );
  await noteEvent(tx, {
    ...{ batchId, event: 'finished', actor: 'docbatch', reason: null },
    ...{ detail: { ...finished.totals }, onceKey: generation },
  });
  await notifyLater(tx, batchId, 'finished', generation);
  return finished;
}

/** Like a pause by a person: the workflow stays, but for a scheduled one, and the last decision lets the batch go on. */
async function pauseForReview(tx: Queryable, batchId: string, documents: number): Promise<void> {
  const { rows } = await tx.query<{ controlSeq: number }>(
    `UPDATE processing_batches SET control = 'pause', control_now = false, control_seq = control_seq + 1, status = 'paused',
       status_reason = 'review', status_detail = $2 WHERE id = $1
     RETURNING control_seq AS "controlSeq"`,
    [batchId, documents === 1 ? '1 document waits for a person' : `${documents} documents wait for a person`],
  );
  await noteEvent(tx, {
    batchId,
    event: 'paused',
    actor: 'docbatch',
    reason: 'review',
    detail: { documents },
  });
  await notifyLater(tx, batchId, 'review', rows[0]!.controlSeq);
}

/**
 * Everything that is still open becomes `cancelled`; results that are there stay. With nothing open but the summary it is
 * the summary alone that is cancelled. Null when `cancel` is not the order any more.
 */
export async function cancelRemaining(
  db: Database,
  batchId: string,
): Promise<(Totals & { status: BatchStatus }) | null> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      control: string;
      status: BatchStatus;
      planned: boolean;
      generation: number;
    }>(
      `SELECT control, status, planned_at IS NOT NULL AS planned, generation FROM processing_batches WHERE id = $1 FOR UPDATE`,
      [batchId],
    );
    const [batch] = rows;
    if (batch?.control !== 'cancel') return null;
    const { status, planned, generation } = batch;
    if (FINISHED.has(status)) return { status, ...(await totals(tx, batchId)) };
    const { rowCount } = await tx.query(
      `WITH gone AS (
         UPDATE batch_items SET state = 'cancelled', epoch = epoch + 1, finished_at = now(), started_at = NULL, next_attempt_at = NULL
         WHERE batch_id = $1 AND state IN ('pending', 'processing', 'retrying', 'review') RETURNING document_id
       ), freed AS (
         UPDATE file_document d SET status = 'pending' FROM gone WHERE d.id = gone.document_id
       ) SELECT FROM gone`,
      [batchId],
    );
    await tx.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
    const isDone = planned && rowCount === 0 && (await isSummaryDue(tx, batchId));
    if (isDone) await cancelSummary(tx, batchId);
    const closed = isDone
      ? await closeFinished(tx, batchId, generation)
      : await close(tx, batchId, `'cancelled'`);
    return { status: closed.status, ...closed.totals };
  });
}

/** `cancel` of a batch that has no workflow any more, and so nobody else who could end it. */
export async function cancelTerminated(
  db: Database,
  order: { batchId: string; actor: string; reason: string | null },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE processing_batches SET control = 'cancel', control_seq = control_seq + 1, status_reason = 'user', status_detail = $2
     WHERE id = $1 AND status = 'terminated'`,
    [order.batchId, order.reason],
  );
  if (rowCount === 0) return false;
  await noteEvent(db, { ...order, event: 'cancelled' });
  return (await cancelRemaining(db, order.batchId)) !== null;
}

/** Sets the final status from a fresh count over the items, so that counters equal items whatever happened before. */
async function close(
  tx: Queryable,
  batchId: string,
  statusSql: string,
): Promise<{ status: BatchStatus; totals: Totals }> {
  await tx.query(`UPDATE processing_batches SET status = 'finalizing' WHERE id = $1`, [batchId]);
  const { rows } = await tx.query<{ status: BatchStatus } & Totals>(
    `UPDATE processing_batches b SET status = ${statusSql}, completed_at = now(), stalled = false,
       total_items = n.total, processed_items = n.completed, failed_items = n.failed, skipped_items = n.skipped, cancelled_items = n.cancelled,
       status_reason = CASE WHEN ${statusSql} = 'cancelled' THEN b.status_reason END,
       status_detail = CASE WHEN ${statusSql} = 'cancelled' THEN b.status_detail END
     FROM (SELECT COUNT(*)::int AS total,
                  COUNT(*) FILTER (WHERE state = 'completed')::int AS completed,
                  COUNT(*) FILTER (WHERE state = 'failed')::int AS failed,
                  COUNT(*) FILTER (WHERE state = 'skipped')::int AS skipped,
                  COUNT(*) FILTER (WHERE state = 'cancelled')::int AS cancelled
           FROM batch_items WHERE batch_id = $1) n
     WHERE b.id = $1
     RETURNING b.status, b.total_items AS total, b.processed_items AS completed, b.failed_items AS failed`,
    [batchId],
  );
  const { status, ...counts } = rows[0]!;
  return { status, totals: counts };
}

async function totals(tx: Queryable, batchId: string): Promise<Totals> {
  const { rows } = await tx.query<Totals>(
    `SELECT total_items AS total, processed_items AS completed, failed_items AS failed FROM processing_batches WHERE id = $1`,
    [batchId],
  );
  return rows[0]!;
}

async function openItems(
  tx: Queryable,
  batchId: string,
): Promise<{
  count: number;
  chunks: number[];
  retrying: number;
  parked: number;
  review: number;
  unwritten: boolean;
}> {
  const { rows } = await tx.query<{
    count: number;
    chunks: number[] | null;
    retrying: number;
    parked: number;
    review: number;
    unwritten: boolean;
  }>(
    `SELECT (SELECT COUNT(*)::int FROM batch_items WHERE batch_id = $1 AND state IN ('pending', 'processing', 'retrying', 'review')) AS count,
            (SELECT COUNT(*)::int FROM batch_items WHERE batch_id = $1 AND state = 'retrying') AS retrying,
            (SELECT COUNT(*)::int FROM batch_items WHERE batch_id = $1 AND state = 'review') AS review,
            (SELECT COUNT(*)::int FROM batch_items i WHERE batch_id = $1 AND ${isParked('i')}) AS parked,
            -- A person may have decided since the files were written.
            EXISTS (SELECT FROM unwritten_outputs WHERE batch_id = $1) AS unwritten,
            (SELECT array_agg(chunk_no) FROM (SELECT DISTINCT chunk_no FROM batch_items i
               WHERE batch_id = $1 AND state IN ('pending', 'processing') AND NOT ${isParked('i')} ORDER BY chunk_no LIMIT 50) c) AS chunks`,
    [batchId],
  );
  const row = rows[0]!;
  return {
    count: row.count,
    chunks: row.chunks ?? [],
    retrying: row.retrying,
    parked: row.parked,
    review: row.review,
    unwritten: row.unwritten,
  };
}
