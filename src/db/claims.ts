import type { DocumentSettings } from '../domain/batch.ts';
import type { Queryable } from './database.ts';
import { isParked } from './is-parked.ts';
import { HOLD_CUT_OFF, isInWork } from './unknown-calls.ts';

/** One document as a worker holds it: its epoch is the fence that every later write must match. */
export interface ClaimedItem {
  documentId: string;
  epoch: number;
  chunkNo: number;
  position: number;
  priority: number;
  attempts: number;
  attemptsBefore: number;
  crashCount: number;
  /** Milliseconds until an item that is retried is due; 0 for others. */
  dueMs: number;
  /** Of this item alone; null when it has none. */
  settings: Partial<DocumentSettings> | null;
  uri: string;
  name: string;
  sourceRoot: string | null;
  mimeType: string | null;
  sizeBytes: number | null;
  contentSha256: string | null;
  /** The reader, with its version, whose text of this content is stored; null when there is none. */
  textVersion: string | null;
  /** The file that this document lies in, at whatever depth, and the way to it; null when it is a file itself. */
  containerUri: string | null;
  memberPath: string[] | null;
}

/** `which` says of `i` what is taken. */
function claim(which: string): string {
  return `
WITH taken AS MATERIALIZED (
  -- Started and not finished: the worker that held it died. Hand-backs clear started_at.
  SELECT i.batch_id, i.document_id, i.epoch, i.state <> 'pending' AND ${isInWork('i')} AS was_in_work
  FROM batch_items i WHERE i.batch_id = $1 AND ${which} ORDER BY i.document_id FOR UPDATE
), cut_off AS (${HOLD_CUT_OFF}
)
UPDATE batch_items i
SET epoch = i.epoch + 1,
    crash_count = i.crash_count + CASE WHEN t.was_in_work THEN 1 ELSE 0 END,
    started_at = NULL, stage = NULL,
    state = CASE WHEN i.state = 'retrying' THEN 'retrying' ELSE 'processing' END
FROM taken t, file_document d
WHERE i.batch_id = $1 AND i.document_id = t.document_id AND d.id = i.document_id
${RETURNED}`;
}

const RETURNED = `
RETURNING i.document_id AS "documentId", i.epoch, i.chunk_no AS "chunkNo", i.position, i.priority, i.attempts,
  i.attempts_before AS "attemptsBefore", i.crash_count AS "crashCount",
  CASE WHEN i.state = 'retrying' THEN COALESCE(GREATEST(0, CEIL(EXTRACT(EPOCH FROM i.next_attempt_at - clock_timestamp()) * 1000)), 0) ELSE 0 END::int AS "dueMs", i.settings, COALESCE(d.uri, '') AS uri, COALESCE(d.name, d.uri, '') AS name,
  d.source_root AS "sourceRoot", d.mime_type AS "mimeType", d.size_bytes AS "sizeBytes", d.content_sha256 AS "contentSha256",
  (SELECT t.extractor_version FROM document_texts t WHERE t.content_sha256 = d.content_sha256) AS "textVersion",
  d.container_uri AS "containerUri", d.member_path AS "memberPath"`;

/** Takes all open items of a chunk, from whoever held them before. Items that are retried have an activity of their own. */
export async function claimChunk(db: Queryable, batchId: string, chunkNo: number): Promise<ClaimedItem[]> {
  const { rows } = await db.query<ClaimedItem>(
    claim(`i.chunk_no = $2 AND i.state IN ('pending', 'processing') AND NOT ${isParked('i')}`),
    [batchId, chunkNo],
  );
  // Documents inside one document share its position.
  const byUri = (a: ClaimedItem, b: ClaimedItem) => (a.uri < b.uri ? -1 : 1);
  return rows.sort((a, b) => a.priority - b.priority || a.position - b.position || byUri(a, b));
}

/** Takes one item that is retried; null when it is not (finished, skipped, or gone). */
export async function claimRetry(
  db: Queryable,
  batchId: string,
  documentId: string,
): Promise<ClaimedItem | null> {
  const { rows } = await db.query<ClaimedItem>(claim(`i.document_id = $2 AND i.state = 'retrying'`), [
    batchId,
    documentId,
  ]);
  return rows[0] ?? null;
}

export interface Fence {
  documentId: string;
  epoch: number;
}

/** Notes that work begins; returns the ids that are still ours. Ids not returned were taken by another: drop them. */
export async function markStarted(
  db: Queryable,
  batchId: string,
  fences: readonly Fence[],
): Promise<Set<string>> {
  return setMark(db, 'started_at = now(), stage = NULL', batchId, fences);
}

/** Notes that they are started and only wait (for their place at the other side, or for money); as above. */
export async function markWaiting(
  db: Queryable,
  batchId: string,
  fences: readonly Fence[],
): Promise<Set<string>> {
  return setMark(db, `stage = 'waiting'`, batchId, fences);
}

/** Notes that they are back in the queue: what happens to their worker is not their fault; as above. */
export async function takeBackMarks(
  db: Queryable,
  batchId: string,
  fences: readonly Fence[],
): Promise<Set<string>> {
  return setMark(db, 'started_at = NULL, stage = NULL', batchId, fences);
}

async function setMark(
  db: Queryable,
  assignments: string,
  batchId: string,
  fences: readonly Fence[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ documentId: string }>(
    `UPDATE batch_items i SET ${assignments}
     FROM unnest($2::uuid[], $3::int[]) AS f(document_id, epoch)
     WHERE i.batch_id = $1 AND i.document_id = f.document_id AND i.epoch = f.epoch AND i.state IN ('processing', 'retrying')
       AND NOT ${isParked('i')}
     RETURNING i.document_id AS "documentId"`,
    [batchId, fences.map((fence) => fence.documentId), fences.map((fence) => fence.epoch)],
  );
  return new Set(rows.map((row) => row.documentId));
}

/** The ids that nobody else has taken or finished since. */
export async function stillOurs(
  db: Queryable,
  batchId: string,
  fences: readonly Fence[],
): Promise<Set<string>> {
  const { rows } = await db.query<{ documentId: string }>(
    `SELECT i.document_id AS "documentId" FROM batch_items i
     JOIN unnest($2::uuid[], $3::int[]) AS f(document_id, epoch) ON f.document_id = i.document_id AND f.epoch = i.epoch
     WHERE i.batch_id = $1 AND i.state IN ('processing', 'retrying', 'pending')`,
    [batchId, fences.map((fence) => fence.documentId), fences.map((fence) => fence.epoch)],
  );
  return new Set(rows.map((row) => row.documentId));
}

/** Gives back what was not finished, without an attempt: a chunk's items to `pending`, retried ones stay `retrying`. */
export async function handBack(db: Queryable, batchId: string, fences: readonly Fence[]): Promise<void> {
  if (fences.length === 0) return;
  await db.query(
    `UPDATE batch_items i
     SET started_at = NULL, stage = NULL, state = CASE WHEN i.state = 'processing' THEN 'pending' ELSE i.state END
     FROM unnest($2::uuid[], $3::int[]) AS f(document_id, epoch)
     WHERE i.batch_id = $1 AND i.document_id = f.document_id AND i.epoch = f.epoch AND i.state IN ('processing', 'retrying') AND NOT ${isParked('i')}`,
    [batchId, fences.map((fence) => fence.documentId), fences.map((fence) => fence.epoch)],
  );
}

/**
 * Whatever batches that stand still have in `processing`, but for provider batches, belongs to nobody any more. Its epoch stays: if the worker
 * that was taken for dead still brings an answer before the next claim, the answer counts.
 */
export async function putBackLost(db: Queryable, batchIds: readonly string[]): Promise<void> {
  await db.query(
    `WITH taken AS MATERIALIZED (
       SELECT i.batch_id, i.document_id, i.epoch, ${isInWork('i')} AS was_in_work FROM batch_items i
       WHERE i.batch_id = ANY($1::uuid[]) AND i.state = 'processing' AND NOT ${isParked('i')} ORDER BY i.document_id FOR UPDATE
     ), cut_off AS (${HOLD_CUT_OFF}
     )
     UPDATE batch_items i SET state = 'pending', started_at = NULL, stage = NULL,
       crash_count = i.crash_count + CASE WHEN t.was_in_work THEN 1 ELSE 0 END
     FROM taken t WHERE i.batch_id = t.batch_id AND i.document_id = t.document_id`,
    [batchIds],
  );
}
