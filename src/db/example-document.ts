import type { Queryable } from './database.ts';

/** A finished document of the batch as `results` takes it: its file name, or its id when others have the same name. */
export async function exampleOf(db: Queryable, batchId: string): Promise<string | null> {
  const { rows } = await db.query<{ id: string; name: string | null; isUnique: boolean }>(
    `SELECT d.id, d.name, NOT EXISTS (SELECT 1 FROM file_document s WHERE s.name = d.name AND s.id <> d.id) AS "isUnique"
     FROM (SELECT document_id FROM batch_items WHERE batch_id = $1 AND state IN ('completed', 'failed')
           ORDER BY state, position LIMIT 1) i
     JOIN file_document d ON d.id = i.document_id`,
    [batchId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return row.isUnique && row.name !== null && !row.name.startsWith('-') ? row.name : row.id;
}
