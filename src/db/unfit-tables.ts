import type { Queryable } from './database.ts';

/** Tables of the known names that docbatch could not write to. */
export class UnfitTablesError extends Error {
  override readonly name = 'UnfitTablesError';
  readonly why: string;
  readonly next: string;

  constructor(table: string, why: string, next: string) {
    super(`The table \`${table}\` cannot be adopted`);
    this.why = `${why}; nothing was changed`;
    this.next = next;
  }
}

/** Throws before anything is changed, instead of failing later in the middle of a batch. */
export async function refuseUnfit(db: Queryable): Promise<void> {
  const { rows } = await db.query<{ table: string; column: string; type: string; isRequired: boolean }>(
    `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) AS type,
            a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AS "isRequired"
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.oid IN (SELECT to_regclass(name) FROM unnest($1::text[]) AS name) AND c.relkind IN ('r', 'p')
       AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum`,
    [Object.keys(WRITTEN)],
  );
  for (const { table, column, type, isRequired } of rows) {
    if (UUIDS.has(`${table}.${column}`) && type !== 'uuid') {
      const next = 'use another database or schema for docbatch';
      throw new UnfitTablesError(table, `\`${column}\` is \`${type}\`, and docbatch needs \`uuid\``, next);
    }
    if (isRequired && !WRITTEN[table]?.includes(column)) {
      const why = `\`${column}\` may not be empty and has no default, and docbatch knows nothing to put there`;
      throw new UnfitTablesError(table, why, `ALTER TABLE ${table} ALTER COLUMN ${column} SET DEFAULT …`);
    }
  }
}

const UUIDS = new Set([
  ...['processing_batches.id', 'file_document.id', 'file_document.batch_id'],
  ...['processing_errors.batch_id', 'processing_errors.document_id'],
]);

/** What our statements always fill, or migrations give a default. */
const WRITTEN: Record<string, readonly string[]> = {
  processing_batches: ['id', 'batch_name', 'total_items', 'processed_items', 'failed_items', 'status'],
  file_document: ['id', 'uri', 'name', 'source_root'],
  processing_errors: ['id', 'batch_id', 'document_id', 'error_category', 'error_type', 'stage', 'message'],
};
