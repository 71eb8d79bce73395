import type { Queryable } from './database.ts';

export interface NewestResult {
  documentId: string;
  uri: string;
  state: string;
  class: string | null;
  code: string | null;
  stage: string | null;
  message: string | null;
  attempts: number;
  analyzer: string | null;
  batchId: string;
  /** Null also when `prune` deleted it; then `isPruned`. */
  result: unknown;
  isPruned: boolean;
}

/** The newest item of a document with its result; null when the document was never in a batch. */
export async function newestResult(db: Queryable, documentId: string): Promise<NewestResult | null> {
  const { rows } = await db.query<NewestResult>(
    `SELECT d.id AS "documentId", COALESCE(d.uri, '') AS uri, i.state, i.failure_class AS class, i.failure_code AS code,
            i.failure_stage AS stage, i.failure_message AS message, i.attempts, r.analyzer, i.batch_id AS "batchId", r.result,
            i.state = 'completed' AND r.document_id IS NULL AS "isPruned"
     FROM batch_items i JOIN file_document d ON d.id = i.document_id JOIN processing_batches b ON b.id = i.batch_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
     WHERE i.document_id = $1 ORDER BY b.created_at DESC LIMIT 1`,
    [documentId],
  );
  return rows[0] ?? null;
}
