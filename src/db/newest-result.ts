import type { Queryable } from './database.ts';

export interface FoundResult {
  documentId: string;
  uri: string;
  state: string;
  code: string | null;
  message: string | null;
  analyzer: string | null;
  batchId: string;
  result: unknown;
}

/** The newest item of each document that the name fits, at most ten documents. */
export async function findResults(db: Queryable, named: string): Promise<FoundResult[]> {
  const { rows } = await db.query<FoundResult>(
    `SELECT DISTINCT ON (d.id) d.id AS "documentId", d.uri, i.state, i.failure_code AS code, i.failure_message AS message,
            r.analyzer, i.batch_id AS "batchId", r.result
     FROM file_document d JOIN batch_items i ON i.document_id = d.id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = d.id
     WHERE d.uri = $1 OR d.name = $1 OR d.external_id = $1 OR d.id::text LIKE $2 OR d.uri LIKE $3
     ORDER BY d.id, i.finished_at DESC NULLS LAST LIMIT 10`,
    [
      named,
      /^[0-9a-f-]{4,36}$/i.test(named) ? `${named.toLowerCase()}%` : '',
      `%/${encodeURI(named.replace(/^\.?\//, '')).replace(/[\\%_]/g, '\\$&')}`,
    ],
  );
  return rows;
}
