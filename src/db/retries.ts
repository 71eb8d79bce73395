import { RETRY_HEAD_START_MS } from '../domain/retry.ts';
import type { Queryable } from './database.ts';

export interface RetryRow {
  documentId: string;
  label: string;
  /** Until its activity should start, which waits out the rest. */
  dueMs: number;
}

/** At most this many per call; the workflow keeps at most 200 in flight. */
const PER_CALL = 50;

/**
 * Marks and returns items that wait for a retry, next due first. The same token and call number return the same rows
 * again, so that a lost answer loses nothing; another token takes them over.
 */
export async function takeRetries(
  db: Queryable,
  request: { batchId: string; token: string; callNo: number },
): Promise<RetryRow[]> {
  const { rows } = await db.query<RetryRow>(
    `WITH again AS (
       SELECT document_id FROM batch_items
       WHERE batch_id = $1 AND state = 'retrying' AND retry_run = $2 AND retry_call = $3
     ), fresh AS (
       SELECT document_id FROM batch_items
       WHERE batch_id = $1 AND state = 'retrying' AND retry_run IS DISTINCT FROM $2 AND NOT EXISTS (SELECT 1 FROM again)
       ORDER BY next_attempt_at LIMIT ${PER_CALL} FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE batch_items i SET retry_run = $2, retry_call = $3
       WHERE i.batch_id = $1 AND i.document_id IN (SELECT document_id FROM again UNION ALL SELECT document_id FROM fresh)
       RETURNING i.document_id, i.next_attempt_at
     )
     SELECT t.document_id AS "documentId", COALESCE(d.name, d.uri, d.id::text) AS label,
            GREATEST(0, CEIL(EXTRACT(EPOCH FROM t.next_attempt_at - clock_timestamp()) * 1000) - ${RETRY_HEAD_START_MS})::int AS "dueMs"
     FROM taken t JOIN file_document d ON d.id = t.document_id ORDER BY t.next_attempt_at`,
    [request.batchId, request.token, request.callNo],
  );
  return rows;
}

/** Those of these documents that wait for no retry any more: skipped, or finished meanwhile. */
export async function goneRetries(
  db: Queryable,
  batchId: string,
  documentIds: readonly string[],
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT a.id FROM unnest($2::uuid[]) AS a(id)
     WHERE NOT EXISTS (SELECT FROM batch_items i WHERE i.batch_id = $1 AND i.document_id = a.id AND i.state = 'retrying')`,
    [batchId, documentIds],
  );
  return rows.map(({ id }) => id);
}
