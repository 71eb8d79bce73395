import type { Queryable } from './database.ts';

export interface RetryRow {
  documentId: string;
  label: string;
  dueMs: number;
}

/** At most this many per call; the workflow keeps at most 200 in flight. */
const PER_CALL = 50;

/** Items that are due within this are left in the table until they are: a durable timer would cost more than the wait. */
const HELD_MS = 1_000;

/**
 * Marks and returns items that wait for a retry and are due now, or later than in a second, next due first. The same
 * token and call number return the same rows again, so that a lost answer loses nothing; another token takes them over.
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
         AND (next_attempt_at <= clock_timestamp() OR next_attempt_at > clock_timestamp() + interval '${HELD_MS} milliseconds')
       ORDER BY next_attempt_at LIMIT ${PER_CALL} FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE batch_items i SET retry_run = $2, retry_call = $3
       WHERE i.batch_id = $1 AND i.document_id IN (SELECT document_id FROM again UNION ALL SELECT document_id FROM fresh)
       RETURNING i.document_id, i.next_attempt_at
     )
     SELECT t.document_id AS "documentId", COALESCE(d.name, d.uri, d.id::text) AS label,
            GREATEST(0, CEIL(EXTRACT(EPOCH FROM t.next_attempt_at - clock_timestamp()) * 1000))::int AS "dueMs"
     FROM taken t JOIN file_document d ON d.id = t.document_id ORDER BY t.next_attempt_at`,
    [request.batchId, request.token, request.callNo],
  );
  return rows;
}

/** Milliseconds until the next item that is not taken under this token is due; null when none waits. */
export async function nextRetryDueMs(
  db: Queryable,
  { batchId, token }: { batchId: string; token: string },
): Promise<number | null> {
  const { rows } = await db.query<{ dueMs: number | null }>(
    `SELECT GREATEST(0, CEIL(EXTRACT(EPOCH FROM MIN(next_attempt_at) - clock_timestamp()) * 1000))::float8 AS "dueMs"
     FROM batch_items WHERE batch_id = $1 AND state = 'retrying' AND retry_run IS DISTINCT FROM $2`,
    [batchId, token],
  );
  return rows[0]?.dueMs ?? null;
}
