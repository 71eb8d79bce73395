import type { Json } from '../domain/analyzer.ts';
import type { Control } from '../domain/batch.ts';
import type { Outcome } from './commit-outcomes.ts';
import type { Queryable } from './database.ts';

/** Documents whose file under `--out` could not be written, and why. */
export interface Unwritten {
  documentIds: ReadonlySet<string>;
  why: string;
}

/** A document that is done; its file is still to be written. */
export interface UnwrittenOutput {
  documentId: string;
  uri: string;
  containerUri: string | null;
  epoch: number;
  state: string;
  analyzer: string;
  contentSha256: string | null;
  result: Json | null;
  failure: Pick<NonNullable<Outcome['failure']>, 'failureClass' | 'code' | 'stage' | 'message'> | null;
}

/** Remembers documents whose file is still to be written, in the transaction that ends them; nothing without `--out`. */
export async function writeLater(
  tx: Queryable,
  batchId: string,
  documentIds: readonly string[],
): Promise<void> {
  await tx.query(
    `INSERT INTO unwritten_outputs (batch_id, document_id)
     SELECT b.id, d.id FROM processing_batches b CROSS JOIN unnest($2::uuid[]) AS d(id)
     WHERE b.id = $1 AND b.settings->>'outDir' IS NOT NULL
     ON CONFLICT DO NOTHING`,
    [batchId, documentIds],
  );
}

/** Remembers these documents and halts the batch; what the halt left in the row, or null when it does not run. */
export async function haltUnwritten(
  tx: Queryable,
  batchId: string,
  documentIds: readonly string[],
  why: string,
): Promise<{ control: Control; controlNow: boolean; controlSeq: number } | null> {
  await writeLater(tx, batchId, documentIds);
  const { rows } = await tx.query<{ control: Control; controlNow: boolean; controlSeq: number }>(
    `WITH halted AS (
       UPDATE processing_batches SET control = 'halt', control_now = settings->>'halt' = 'now', control_seq = control_seq + 1,
         status_reason = 'output_unwritable', status_detail = $2
       WHERE id = $1 AND control = 'run' RETURNING id, control, control_now, control_seq
     ), errors AS (
       INSERT INTO processing_errors (batch_id, error_category, error_type, stage, message)
       SELECT id, 'critical', 'output_unwritable', 'store', $2 FROM halted
     )
     SELECT control, control_now AS "controlNow", control_seq AS "controlSeq" FROM halted`,
    [batchId, why],
  );
  return rows[0] ?? null;
}

/** Takes a page of them off the list; those that were reopened since are not among the `outputs`. */
export async function takeUnwritten(
  tx: Queryable,
  batchId: string,
): Promise<{ taken: number; outputs: UnwrittenOutput[] }> {
  const { rows: taken } = await tx.query<{ id: string }>(
    `DELETE FROM unwritten_outputs WHERE batch_id = $1 AND document_id IN (
       SELECT document_id FROM unwritten_outputs WHERE batch_id = $1 ORDER BY document_id LIMIT ${PAGE} FOR UPDATE)
     RETURNING document_id AS id`,
    [batchId],
  );
  if (taken.length === 0) return { taken: 0, outputs: [] };
  const { rows } = await tx.query<UnwrittenOutput>(
    `SELECT i.document_id AS "documentId", d.uri, d.container_uri AS "containerUri", i.epoch, i.state, r.recipe->>'analyzer' AS analyzer,
       i.content_sha256 AS "contentSha256", o.result,
       CASE WHEN i.state = 'failed' THEN jsonb_build_object('failureClass', i.failure_class, 'code', i.failure_code,
                                                            'stage', i.failure_stage, 'message', i.failure_message) END AS failure
     FROM batch_items i JOIN file_document d ON d.id = i.document_id JOIN processing_batches b ON b.id = i.batch_id
       JOIN recipes r ON r.id = b.recipe_id
       LEFT JOIN document_results o ON o.batch_id = i.batch_id AND o.document_id = i.document_id
     WHERE i.batch_id = $1 AND i.document_id = ANY($2::uuid[]) AND i.state IN ('completed', 'failed')`,
    [batchId, taken.map(({ id }) => id)],
  );
  return { taken: taken.length, outputs: rows };
}

/** Where the files of a batch belong; `outDir` is null when none are asked for. */
export async function outFolder(
  db: Queryable,
  batchId: string,
): Promise<{ outDir: string | null; outBase: string | null }> {
  const { rows } = await db.query<{ outDir: string | null; outBase: string | null }>(
    `SELECT settings->>'outDir' AS "outDir", settings->>'outBase' AS "outBase" FROM processing_batches WHERE id = $1`,
    [batchId],
  );
  return rows[0] ?? { outDir: null, outBase: null };
}

/** As many as a group commit. */
const PAGE = 64;
