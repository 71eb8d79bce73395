import type { Database } from './database.ts';

export interface ItemRow {
  documentId: string;
  uri: string;
  name: string;
  state: string;
  class: string | null;
  code: string | null;
  stage: string | null;
  message: string | null;
  attempts: number;
  durationMs: number | null;
  analyzer: string | null;
  cached: boolean;
  result: unknown;
}

/** Every item of a batch once, in the order of its uris; streamed, so that memory stays flat. */
export function readItems(db: Database, batchId: string, withResults: boolean): AsyncIterable<ItemRow> {
  return db.stream<ItemRow>(
    `SELECT i.document_id AS "documentId", COALESCE(d.uri, '') AS uri, COALESCE(d.name, '') AS name, i.state, i.failure_class AS class,
            i.failure_code AS code, i.failure_stage AS stage, i.failure_message AS message, i.attempts, i.duration_ms AS "durationMs",
            i.cached, r.analyzer, ${withResults ? 'r.result' : 'NULL'} AS result
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
     WHERE i.batch_id = $1
     ORDER BY COALESCE(d.uri, ''), i.document_id`,
    [batchId],
  );
}
