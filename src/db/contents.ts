import type { Queryable } from './database.ts';

export interface DatabaseContents {
  batches: number;
  documents: number;
  results: number;
  sizeBytes: number;
}

/** How much a database holds; `destroy` shows it before anything is lost. */
export async function databaseContents(db: Queryable): Promise<DatabaseContents> {
  const { rows } = await db.query<DatabaseContents>(
    `SELECT (SELECT COUNT(*) FROM processing_batches) AS batches, (SELECT COUNT(*) FROM file_document) AS documents,
            (SELECT COUNT(*) FROM document_results) AS results, pg_database_size(current_database()) AS "sizeBytes"`,
  );
  return rows[0]!;
}
