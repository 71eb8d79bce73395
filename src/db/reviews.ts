import type { Database, Queryable } from './database.ts';
import { goOnWhenReviewed } from './go-on-when-reviewed.ts';
import { noteEvent } from './orders.ts';
import { writeLater } from './unwritten-outputs.ts';

export interface ReviewRow {
  documentId: string;
  batchId: string;
  batch: string;
  name: string;
  uri: string;
  /** What a command takes for this document alone: the name, or the URI where several have that name. */
  shortName: string;
  /** Why it waits. */
  message: string | null;
  result: unknown;
}

/** Documents that wait for a person, oldest batch first. */
export async function listReviews(db: Queryable, batchId: string | null): Promise<ReviewRow[]> {
  const { rows } = await db.query<ReviewRow>(
    `SELECT i.document_id AS "documentId", i.batch_id AS "batchId", COALESCE(b.batch_name, b.id::text) AS batch,
            COALESCE(d.name, d.uri, '') AS name, COALESCE(d.uri, '') AS uri,
            CASE WHEN d.name IS NULL OR d.name IN (SELECT name FROM file_document WHERE name IS NOT NULL GROUP BY name HAVING COUNT(*) > 1)
                 THEN COALESCE(d.uri, d.id::text) ELSE d.name END AS "shortName", i.failure_message AS message, r.result
     FROM batch_items i JOIN file_document d ON d.id = i.document_id JOIN processing_batches b ON b.id = i.batch_id
     LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id
     WHERE i.state = 'review' AND ($1::uuid IS NULL OR i.batch_id = $1) ORDER BY b.created_at, d.uri`,
    [batchId],
  );
  return rows;
}

export interface Decision {
  verdict: 'accept' | 'reject';
  /** Null: every document of the batch that waits. */
  documentIds: readonly string[] | null;
  /** Null: in whichever batch they wait. */
  batchId: string | null;
  actor: string;
  reason: string | null;
}

export interface DecidedBatch {
  id: string;
  name: string;
  workflowId: string | null;
  decided: number;
  /** Documents of it that still wait for a person. */
  left: number;
  /** It was paused only for these decisions, and its workflow is to be told. */
  goesOn: boolean;
}

/**
 * A person's word: what is accepted is completed, and equal content is not asked about again; what is rejected has failed
 * and has no result. A document that does not wait (any more) is passed over. Locks in the order of the group commit.
 */
export function decideReviews(db: Database, decision: Decision): Promise<DecidedBatch[]> {
  return db.transaction(async (tx) => {
    const { verdict, actor, reason, documentIds, batchId } = decision;
    const note = `${verdict}ed by ${actor}${reason === null ? '' : `: ${reason}`}`;
    const { rows: items } = await tx.query<{ batchId: string; documentId: string }>(
      `SELECT batch_id AS "batchId", document_id AS "documentId" FROM batch_items
       WHERE state = 'review' AND ($1::uuid[] IS NULL OR document_id = ANY($1)) AND ($2::uuid IS NULL OR batch_id = $2)
       ORDER BY document_id FOR UPDATE`,
      [documentIds, batchId],
    );
    const decided: DecidedBatch[] = [];
    for (const id of [...new Set(items.map((item) => item.batchId))].sort()) {
      const ids = items.filter((item) => item.batchId === id).map(({ documentId }) => documentId);
      await (verdict === 'accept' ? accept(tx, id, ids, actor) : reject(tx, id, ids, note));
      await writeLater(tx, id, ids);
      const named = await account(tx, { id, count: ids.length, verdict });
      const event = `${verdict}ed`;
      await noteEvent(tx, { batchId: id, event, actor, reason, detail: { documents: ids.length } });
      decided.push({ ...named, decided: ids.length, ...(await goOnWhenReviewed(tx, id, actor)) });
    }
    return decided;
  });
}

async function accept(tx: Queryable, batchId: string, ids: readonly string[], actor: string): Promise<void> {
  await tx.query(
    `UPDATE batch_items SET state = 'completed', epoch = epoch + 1, finished_at = clock_timestamp(), failure_class = NULL,
       failure_code = NULL, failure_stage = NULL, failure_message = NULL
     WHERE batch_id = $1 AND document_id = ANY($2::uuid[])`,
    [batchId, ids],
  );
  await tx.query(
    `UPDATE document_results SET result = result || jsonb_build_object('injection',
       COALESCE(result->'injection', '{"findings": []}'::jsonb) || jsonb_build_object('acceptedBy', $3::text))
     WHERE batch_id = $1 AND document_id = ANY($2::uuid[]) AND jsonb_typeof(result) = 'object'`,
    [batchId, ids, actor],
  );
  await tx.query(`UPDATE file_document SET status = 'processed' WHERE id = ANY($1::uuid[])`, [ids]);
}

async function reject(tx: Queryable, batchId: string, ids: readonly string[], note: string): Promise<void> {
  await tx.query(
    `UPDATE batch_items SET state = 'failed', epoch = epoch + 1, finished_at = clock_timestamp(), failure_class = 'permanent',
       failure_code = 'rejected', failure_stage = 'review', failure_message = $3 || COALESCE('. ' || failure_message, '')
     WHERE batch_id = $1 AND document_id = ANY($2::uuid[])`,
    [batchId, ids, note],
  );
  await tx.query(
    `INSERT INTO processing_errors (batch_id, document_id, error_category, error_type, stage, attempt, message)
     SELECT batch_id, document_id, failure_class, failure_code, failure_stage, attempts, failure_message
     FROM batch_items WHERE batch_id = $1 AND document_id = ANY($2::uuid[]) ON CONFLICT DO NOTHING`,
    [batchId, ids],
  );
  await tx.query('DELETE FROM document_results WHERE batch_id = $1 AND document_id = ANY($2::uuid[])', [
    batchId,
    ids,
  ]);
  await tx.query(`UPDATE file_document SET status = 'failed' WHERE id = ANY($1::uuid[])`, [ids]);
}

async function account(
  tx: Queryable,
  { id, count, verdict }: { id: string; count: number; verdict: Decision['verdict'] },
): Promise<Pick<DecidedBatch, 'id' | 'name' | 'workflowId'>> {
  const { rows } = await tx.query<Pick<DecidedBatch, 'id' | 'name' | 'workflowId'>>(
    `UPDATE processing_batches SET processed_items = processed_items + $2, failed_items = failed_items + $3, progressed_at = clock_timestamp()
     WHERE id = $1
     RETURNING id, COALESCE(batch_name, id::text) AS name, workflow_id AS "workflowId"`,
    [id, verdict === 'accept' ? count : 0, verdict === 'reject' ? count : 0],
  );
  return rows[0]!;
}
