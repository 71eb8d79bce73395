import type { Queryable } from './database.ts';

export interface ErrorPattern {
  code: string;
  class: string | null;
  stage: string | null;
  /** Every time it happened, also in tries that were repeated with success. */
  occurrences: number;
  /** Documents that it happened to. */
  documents: number;
  /** Of those, how many are failed for it now. */
  failed: number;
  /** Names of at most three of them. */
  examples: string[];
}

/** What went wrong in a batch, the most harmful first. */
export async function errorPatterns(db: Queryable, batchId: string): Promise<ErrorPattern[]> {
  const { rows } = await db.query<ErrorPattern>(
    `SELECT e.error_type AS code, e.error_category AS class, e.stage, COUNT(*)::int AS occurrences,
            COUNT(DISTINCT e.document_id)::int AS documents,
            COUNT(DISTINCT e.document_id) FILTER (WHERE i.state = 'failed' AND i.failure_code = e.error_type)::int AS failed,
            COALESCE((array_agg(d.name ORDER BY d.name) FILTER (WHERE e.first = 1 AND d.name IS NOT NULL))[1:3], '{}') AS examples
     FROM (SELECT *, row_number() OVER (PARTITION BY error_type, document_id ORDER BY id) AS first
           FROM processing_errors WHERE batch_id = $1 AND error_type IS NOT NULL) e
     LEFT JOIN batch_items i ON i.batch_id = $1 AND i.document_id = e.document_id
     LEFT JOIN file_document d ON d.id = e.document_id
     GROUP BY 1, 2, 3 ORDER BY failed DESC, occurrences DESC, code`,
    [batchId],
  );
  return rows;
}
