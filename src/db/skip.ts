import type { Database, Queryable } from './database.ts';
import { goOnWhenReviewed } from './go-on-when-reviewed.ts';
import { noteEvent } from './orders.ts';

export interface SkipRequest {
  /** Null: all documents that `uriPattern` fits. */
  documentIds: readonly string[] | null;
  uriPattern: string | null;
  /** Only in this batch, and for this batch; null: wherever it is open, and from now on. */
  batchId: string | null;
  actor: string;
  reason: string | null;
}

export interface SkipOutcome {
  /** How many documents were meant. */
  matched: number;
  /** How many of them changed, in a batch or in the registry. */
  changed: number;
  /** `goesOn`: it was paused for review, and its workflow may have to be started. */
  batches: { id: string; name: string; workflowId: string | null; items: number; goesOn: boolean }[];
}

/**
 * Items that are not finished become `skipped`; what is in flight for them changes nothing, since their epoch is raised.
 * Finished items stay as they are. Locks in the order of the group commit: items, documents, batch rows.
 */
export function skipDocuments(db: Database, request: SkipRequest): Promise<SkipOutcome> {
  return db.transaction(async (tx) => {
    await selectTargets(tx, request);
    const note = `skipped by ${request.actor}${request.reason === null ? '' : `: ${request.reason}`}`;
    // Documents that are chosen and not planned yet: planning finds their items there and passes over them.
    const added = await tx.query<ItemChange>(
      `INSERT INTO batch_items (batch_id, document_id, chunk_no, position, priority, content_sha256, recipe_id, state, failure_message, finished_at)
       SELECT c.batch_id, d.id, 0, c.position, COALESCE(d.priority, 3), d.content_sha256, b.recipe_id, 'skipped', $2, clock_timestamp()
       FROM batch_candidates c JOIN docbatch_targets t ON t.id = c.document_id JOIN file_document d ON d.id = c.document_id
       JOIN processing_batches b ON b.id = c.batch_id
       WHERE b.planned_at IS NULL AND ($1::uuid IS NULL OR b.id = $1) ORDER BY d.id
       ON CONFLICT (batch_id, document_id) DO NOTHING RETURNING batch_id AS "batchId", document_id AS "documentId"`,
      [request.batchId, note],
    );
    const skipped = await tx.query<ItemChange>(
      `UPDATE batch_items i SET state = 'skipped', epoch = i.epoch + 1, failure_class = NULL, failure_code = NULL, failure_stage = NULL,
         failure_message = $2, started_at = NULL, next_attempt_at = NULL, finished_at = clock_timestamp()
       FROM (SELECT i.batch_id, i.document_id FROM batch_items i JOIN docbatch_targets t ON t.id = i.document_id
             WHERE i.state IN ('pending', 'processing', 'retrying', 'review') AND ($1::uuid IS NULL OR i.batch_id = $1)
             ORDER BY i.document_id FOR UPDATE OF i) o
       WHERE i.batch_id = o.batch_id AND i.document_id = o.document_id
       RETURNING i.batch_id AS "batchId", i.document_id AS "documentId"`,
      [request.batchId, note],
    );
    const items = [...added.rows, ...skipped.rows];
    const ids = items.map(({ documentId }) => documentId);
    const { rows: documents } =
      request.batchId === null
        ? await tx.query<{ documentId: string }>(
            `UPDATE file_document d SET status = 'skipped' FROM docbatch_targets t
             WHERE d.id = t.id AND d.status IS DISTINCT FROM 'skipped' RETURNING d.id AS "documentId"`,
          )
        : await tx.query<{ documentId: string }>(
            `UPDATE file_document SET status = 'pending' WHERE id = ANY($1::uuid[]) RETURNING id AS "documentId"`,
            [ids],
          );
    const outcome = await account(tx, { ...request, event: 'skipped', items, added: added.rows });
    return {
      ...outcome,
      changed: new Set([...items, ...documents].map(({ documentId }) => documentId)).size,
    };
  });
}

/** Takes it back: in batches that are not finished the items are pending again, and the documents are no longer left out. */
export function unskipDocuments(db: Database, request: SkipRequest): Promise<SkipOutcome> {
  return db.transaction(async (tx) => {
    await selectTargets(tx, request);
    // Batch rows first: a batch that is finishing right now either sees these items or is finished.
    await tx.query(
      `SELECT FROM processing_batches b WHERE b.status IN ('pending', 'processing', 'paused', 'halted', 'terminated')
         AND EXISTS (SELECT 1 FROM batch_items i JOIN docbatch_targets t ON t.id = i.document_id
                     WHERE i.batch_id = b.id AND i.state = 'skipped') ORDER BY b.id FOR UPDATE`,
    );
    const { rows: items } = await tx.query<ItemChange>(
      `UPDATE batch_items i SET state = 'pending', epoch = i.epoch + 1, failure_message = NULL, finished_at = NULL
       FROM processing_batches b, docbatch_targets t
       WHERE b.id = i.batch_id AND t.id = i.document_id AND i.state = 'skipped' AND ($1::uuid IS NULL OR i.batch_id = $1)
         AND b.status IN ('pending', 'processing', 'paused', 'halted', 'terminated')
         AND NOT EXISTS (SELECT 1 FROM batch_items o WHERE o.document_id = i.document_id
                         AND o.state IN ('pending', 'processing', 'retrying', 'review'))
       RETURNING i.batch_id AS "batchId", i.document_id AS "documentId"`,
      [request.batchId],
    );
    const { rows: documents } = await tx.query<{ documentId: string }>(
      `UPDATE file_document d SET status = COALESCE(
         (SELECT CASE i.state WHEN 'completed' THEN 'processed' WHEN 'failed' THEN 'failed' END
          FROM batch_items i WHERE i.document_id = d.id ORDER BY i.finished_at DESC NULLS FIRST LIMIT 1), 'pending')
       FROM docbatch_targets t WHERE d.id = t.id AND d.status = 'skipped' RETURNING d.id AS "documentId"`,
    );
    const outcome = await account(tx, { ...request, event: 'unskipped', items, added: [] });
    return {
      ...outcome,
      changed: new Set([...items, ...documents].map(({ documentId }) => documentId)).size,
    };
  });
}

interface ItemChange {
  batchId: string;
  documentId: string;
}

async function selectTargets(
  tx: Queryable,
  { documentIds, uriPattern, batchId }: SkipRequest,
): Promise<void> {
  await tx.query('CREATE TEMPORARY TABLE docbatch_targets (id uuid PRIMARY KEY) ON COMMIT DROP');
  await tx.query(
    `INSERT INTO docbatch_targets SELECT d.id FROM file_document d
     WHERE ($1::uuid[] IS NULL OR d.id = ANY($1)) AND ($2::text IS NULL OR d.uri ~ $2)
       AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM batch_items i WHERE i.batch_id = $3 AND i.document_id = d.id)
            OR EXISTS (SELECT 1 FROM batch_candidates c WHERE c.batch_id = $3 AND c.document_id = d.id))`,
    [documentIds, uriPattern, batchId],
  );
}

async function account(
  tx: Queryable,
  change: SkipRequest & { event: 'skipped' | 'unskipped'; items: ItemChange[]; added: ItemChange[] },
): Promise<Omit<SkipOutcome, 'changed'>> {
  const { event, items, added, actor, reason } = change;
  const sign = event === 'skipped' ? 1 : -1;
  const batches: SkipOutcome['batches'] = [];
  for (const id of [...new Set(items.map(({ batchId }) => batchId))].sort()) {
    const count = items.filter(({ batchId }) => batchId === id).length;
    const { rows } = await tx.query<{ name: string; workflowId: string | null }>(
      `UPDATE processing_batches SET skipped_items = skipped_items + $2, total_items = COALESCE(total_items, 0) + $3
       WHERE id = $1 RETURNING COALESCE(batch_name, id::text) AS name, workflow_id AS "workflowId"`,
      [id, sign * count, added.filter(({ batchId }) => batchId === id).length],
    );
    await noteEvent(tx, { batchId: id, event, actor, reason, detail: { documents: count } });
    const { goesOn } = event === 'skipped' ? await goOnWhenReviewed(tx, id, actor) : { goesOn: false };
    batches.push({ id, items: count, goesOn, ...rows[0]! });
  }
  const { rows } = await tx.query<{ matched: number }>(
    'SELECT COUNT(*)::int AS matched FROM docbatch_targets',
  );
  return { matched: rows[0]!.matched, batches };
}
