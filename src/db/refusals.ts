import type { BatchSettings, Control } from '../domain/batch.ts';
import type { Verdict } from '../domain/systematic-refusal.ts';
import { BAD_REQUEST, FIRST_ANALYSES, isSystematicRefusal } from '../domain/systematic-refusal.ts';
import type { Queryable } from './database.ts';

/** What the halt left in the row. */
export interface RefusalHalt {
  control: Control;
  controlNow: boolean;
  controlSeq: number;
  settings: BatchSettings;
  totals: { total: number; completed: number; failed: number };
}

/**
 * Halts a batch whose first analyses were all refused for the same reason, and takes the blame from its items: they are
 * pending again. Documents that were in flight at the halt follow. Runs in the transaction of a group commit that holds
 * the batch row, so that of two commits one sees what both wrote. Null: the batch goes on.
 */
export async function haltOnRefusals(tx: Queryable, batchId: string): Promise<RefusalHalt | null> {
  const { control: order, reason } = await orderOf(tx, batchId);
  const isHalted = order === 'halt' && reason === 'systematic_refusal';
  if (order !== 'run' && !isHalted) return null;
  const verdicts = await firstVerdicts(tx, batchId);
  if (!isHalted && !isSystematicRefusal(verdicts)) return null;
  const reopened = await putBack(tx, batchId);
  const { rows } = await tx.query<Omit<RefusalHalt, 'totals'> & RefusalHalt['totals']>(
    `UPDATE processing_batches SET failed_items = failed_items - $2,
       control = CASE WHEN control = 'run' THEN 'halt' ELSE control END,
       control_now = CASE WHEN control = 'run' THEN settings->>'halt' = 'now' ELSE control_now END,
       control_seq = control_seq + CASE WHEN control = 'run' THEN 1 ELSE 0 END,
       status_reason = CASE WHEN control = 'run' THEN 'systematic_refusal' ELSE status_reason END,
       status_detail = CASE WHEN control = 'run' THEN $3 ELSE status_detail END
     WHERE id = $1
     RETURNING control, control_now AS "controlNow", control_seq AS "controlSeq", settings,
       total_items AS total, processed_items AS completed, failed_items AS failed`,
    [batchId, reopened, `the first ${FIRST_ANALYSES} analyses were all refused: ${verdicts[0]?.message}`],
  );
  if (!isHalted) await noteCritical(tx, batchId);
  const { total, completed, failed, ...orders } = rows[0]!;
  return { ...orders, totals: { total, completed, failed } };
}

async function orderOf(tx: Queryable, batchId: string): Promise<{ control: Control; reason: string | null }> {
  const { rows } = await tx.query<{ control: Control; reason: string | null }>(
    'SELECT control, status_reason AS reason FROM processing_batches WHERE id = $1',
    [batchId],
  );
  return rows[0]!;
}

/** The oldest verdicts on documents, none when an analysis has succeeded. Answers from the cache, and archives, which no analyzer sees, say nothing. */
async function firstVerdicts(tx: Queryable, batchId: string): Promise<Verdict[]> {
  const { rows } = await tx.query<Verdict>(
    `SELECT COALESCE(d.name, '') AS name, (e.context->>'status')::int AS status, i.failure_message AS message
     FROM batch_items i JOIN file_document d ON d.id = i.document_id LEFT JOIN ${LAST_ERROR}
     WHERE i.batch_id = $1 AND i.state = 'failed' AND i.failure_class = 'permanent' AND i.failure_stage = 'analyze'
       AND NOT EXISTS (
         SELECT 1 FROM batch_items a WHERE a.batch_id = $1 AND a.state IN ('completed', 'review') AND NOT a.cached AND NOT EXISTS (
           SELECT 1 FROM document_texts t WHERE t.content_sha256 = a.content_sha256 AND t.extraction->'isArchive' = 'true'))
     ORDER BY i.finished_at LIMIT ${FIRST_ANALYSES}`,
    [batchId],
  );
  return rows;
}

const LAST_ERROR = `processing_errors e ON e.batch_id = i.batch_id AND e.document_id = i.document_id
       AND e.stage = i.failure_stage AND e.attempt = i.attempts`;

/** Attempts were made and stay counted; `--retries` counts anew, as after `retry`. */
async function putBack(tx: Queryable, batchId: string): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH refused AS (
       UPDATE batch_items i SET state = 'pending', epoch = epoch + 1, attempts_before = attempts,
         failure_class = NULL, failure_code = NULL, failure_stage = NULL, failure_message = NULL,
         started_at = NULL, finished_at = NULL, duration_ms = NULL, retry_run = NULL, retry_call = NULL
       WHERE batch_id = $1 AND state = 'failed' AND failure_class = 'permanent' AND EXISTS (
         SELECT 1 FROM processing_errors e
         WHERE e.batch_id = i.batch_id AND e.document_id = i.document_id AND e.stage = i.failure_stage
           AND e.attempt = i.attempts AND e.context->>'status' = '${BAD_REQUEST}')
       RETURNING document_id
     )
     UPDATE file_document d SET status = 'pending' FROM refused r WHERE d.id = r.document_id`,
    [batchId],
  );
  return rowCount;
}

/** About the batch, so without a document. */
async function noteCritical(tx: Queryable, batchId: string): Promise<void> {
  await tx.query(
    `INSERT INTO processing_errors (batch_id, error_category, error_type, stage, message)
     SELECT id, 'critical', status_reason, 'analyze', status_detail FROM processing_batches WHERE id = $1`,
    [batchId],
  );
}
