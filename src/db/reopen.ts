import { partSettings, type BatchSettings } from '../domain/batch.ts';
import type { Recipe } from '../domain/recipe.ts';
import { putBackLost } from './claims.ts';
import type { Database, Queryable } from './database.ts';
import { sampleOf, type Sampled } from './estimate-rows.ts';
import { noteEvent } from './orders.ts';
import { askRefusedAgain } from './provider-requests.ts';
import { saveRecipe } from './recipes.ts';
import { renewSummary } from './summaries.ts';

export interface ItemSelection {
  /** A failure class, or a code. Null: every failed item. */
  failureClass: string | null;
  failureCode: string | null;
  /** A regular expression over uri; null for all. */
  uriPattern: string | null;
}

export interface Reopen {
  batchId: string;
  actor: string;
  reason: string | null;
  /** Failed and cancelled items to take up again; null: only what is still open (`resume`). */
  retry: ItemSelection | null;
  settings: Partial<BatchSettings>;
  /** Another one for the batch, which must stand still for good; what it has answered keeps its own. */
  recipe?: Recipe | null;
}

/** What `retry` would take up again. */
export async function countRetryable(db: Queryable, batchId: string, select: ItemSelection): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT COUNT(*)::int AS count FROM batch_items i JOIN file_document d ON d.id = i.document_id ${RETRYABLE}`,
    [batchId, select.failureClass, select.failureCode, select.uriPattern],
  );
  return rows[0]?.count ?? 0;
}

/** Of those, some that stand for the rest. */
export function sampleRetryable(
  db: Queryable,
  batchId: string,
  select: ItemSelection,
  count: number,
): Promise<Sampled> {
  const chosen = `SELECT d.uri, d.mime_type, d.size_bytes, d.content_sha256 AS sha
    FROM batch_items i JOIN file_document d ON d.id = i.document_id ${RETRYABLE}`;
  const parameters = [batchId, select.failureClass, select.failureCode, select.uriPattern];
  return sampleOf(db, chosen, count, parameters);
}

// A document that another open batch holds, or that the user skips, stays as it is.
const RETRYABLE = `
  WHERE i.batch_id = $1 AND i.state IN ('failed', 'cancelled') AND d.status IS DISTINCT FROM 'skipped'
    AND ($2::text IS NULL OR i.failure_class = $2) AND ($3::text IS NULL OR i.failure_code = $3)
    AND ($4::text IS NULL OR d.uri ~ $4)
    AND NOT EXISTS (SELECT 1 FROM batch_items o WHERE o.document_id = i.document_id AND o.batch_id <> i.batch_id
                    AND o.state IN ('pending', 'processing', 'retrying', 'review'))`;

/**
 * `resume` and `retry` in one transaction: the selected items become pending in new chunks, their attempts go on, and
 * the row orders `run`. A closed batch begins a new generation, but for its summary; one that runs just gets more to do. Settings for single
 * documents go to the items that are retried, all others to the batch. A cancel that is under way is not overruled, and
 * what still has work to do under one recipe gets no other: nothing is reopened then. Without an item to reopen
 * no other recipe is taken either.
 */
export async function reopenBatch(db: Database, request: Reopen): Promise<{ reopened: number }> {
  const { batchId, retry } = request;
  const { ofDocuments, ofBatch } = partSettings(request.settings);
  const batchSettings = retry === null ? request.settings : ofBatch;
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      status: string;
      control: string;
      lastChunkNo: number;
      batchSize: number;
    }>(
      `SELECT status, control, last_chunk_no AS "lastChunkNo", (settings->>'batchSize')::int AS "batchSize"
       FROM processing_batches WHERE id = $1 FOR UPDATE`,
      [batchId],
    );
    const batch = rows[0];
    if (batch === undefined) throw new Error(`Batch ${batchId} is not in the database`);
    const closed = ['completed', 'completed_with_failures', 'cancelled', 'terminated'].includes(batch.status);
    if (!closed && batch.control === 'cancel') return { reopened: 0 };
    const recipe = request.recipe ?? null;
    if (recipe !== null && !mayChangeRecipe(batch.status)) return { reopened: 0 };
    const recipeId = recipe === null ? null : await saveRecipe(tx, recipe);
    const reopened =
      retry === null ? 0 : await reopenItems(tx, batchId, { ...retry, ofDocuments, recipeId }, batch);
    if (recipeId !== null) {
      // What was failed when it was asked for is taken up by someone else: nothing is there to be asked otherwise.
      if (reopened === 0) return { reopened };
      await tx.query('UPDATE processing_batches SET recipe_id = $2 WHERE id = $1', [batchId, recipeId]);
    }
    if (reopened > 0) await renewSummary(tx, batchId);
    // One that is finished has but its summary made: its end was told, and is not told again.
    const isNew = closed && (retry !== null || batch.status === 'terminated');
    if (closed) await putBackLost(tx, [batchId]);
    if (batch.control === 'halt' || batch.status === 'halted') await askRefusedAgain(tx, batchId);
    await tx.query(
      `UPDATE processing_batches b SET
         control = 'run', control_now = false, control_seq = control_seq + 1,
         generation = generation + $3, status = 'processing', status_changed_at = now(), status_reason = NULL, status_detail = NULL, completed_at = NULL,
         settings = b.settings || $2::jsonb, last_chunk_no = GREATEST(b.last_chunk_no, (SELECT MAX(chunk_no) FROM batch_items WHERE batch_id = $1)),
         processed_items = n.completed, failed_items = n.failed, skipped_items = n.skipped, cancelled_items = n.cancelled
       FROM (SELECT COUNT(*) FILTER (WHERE state = 'completed')::int AS completed, COUNT(*) FILTER (WHERE state = 'failed')::int AS failed,
                    COUNT(*) FILTER (WHERE state = 'skipped')::int AS skipped, COUNT(*) FILTER (WHERE state = 'cancelled')::int AS cancelled
             FROM batch_items WHERE batch_id = $1) n
       WHERE b.id = $1`,
      [batchId, JSON.stringify(batchSettings), isNew ? 1 : 0],
    );
    const event = retry === null ? 'resumed' : 'retried';
    await noteEvent(tx, {
      batchId,
      event,
      actor: request.actor,
      reason: request.reason,
      detail: {
        reopened,
        ...request.settings,
        ...(recipe === null ? {} : { profile: recipe.profile, model: recipe.model }),
      },
    });
    return { reopened };
  });
}

/** Every item is finished: none can be in work under the old one. */
export function mayChangeRecipe(status: string): boolean {
  return ['completed', 'completed_with_failures', 'cancelled'].includes(status);
}

async function reopenItems(
  tx: Queryable,
  batchId: string,
  select: ItemSelection & { ofDocuments: object; recipeId: number | null },
  batch: { lastChunkNo: number; batchSize: number },
): Promise<number> {
  const { rowCount } = await tx.query(
    `WITH chosen AS (
       SELECT i.document_id, $5::int + 1 + ((row_number() OVER (ORDER BY i.priority, i.position) - 1) / $6::int)::int AS chunk_no
       FROM batch_items i JOIN file_document d ON d.id = i.document_id ${RETRYABLE}
     ), documents AS (
       UPDATE file_document d SET status = 'pending', batch_id = $1 FROM chosen c WHERE d.id = c.document_id
     )
     UPDATE batch_items i SET state = 'pending', chunk_no = c.chunk_no, recipe_id = COALESCE($8, (SELECT recipe_id FROM processing_batches WHERE id = $1)), epoch = epoch + 1, attempts_before = attempts, crash_count = 0,
       settings = NULLIF(COALESCE(i.settings, '{}') || $7::jsonb, '{}'),
       failure_class = NULL, failure_code = NULL, failure_stage = NULL, failure_message = NULL,
       started_at = NULL, finished_at = NULL, next_attempt_at = NULL, retry_run = NULL, retry_call = NULL
     FROM chosen c WHERE i.batch_id = $1 AND i.document_id = c.document_id`,
    [
      ...[batchId, select.failureClass, select.failureCode, select.uriPattern],
      ...[batch.lastChunkNo, batch.batchSize, JSON.stringify(select.ofDocuments), select.recipeId],
    ],
  );
  return rowCount;
}
