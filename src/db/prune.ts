import type { Database, Queryable } from './database.ts';
import { noteEvent } from './orders.ts';
import { pruneSummaries } from './summaries.ts';

export interface Pruned {
  count: number;
  /** As stored, after compression. */
  sizeBytes: number;
}

const CLOSED = `('completed', 'completed_with_failures', 'cancelled', 'terminated')`;

/** Batches of ours that ended before `$1`; an open one, or one that was reopened, is none of them. */
export const ENDED = `SELECT id, workflow_id FROM processing_batches WHERE recipe_id IS NOT NULL AND status IN ${CLOSED}
  AND COALESCE(completed_at, status_changed_at) < $1`;

const TEXTS = `FROM document_texts t WHERE t.created_at < $1 AND NOT EXISTS (
  SELECT 1 FROM batch_items i JOIN processing_batches b ON b.id = i.batch_id
  WHERE i.content_sha256 = t.content_sha256 AND b.status NOT IN ${CLOSED})`;
const RESULTS = `FROM document_results r WHERE r.batch_id IN (SELECT id FROM (${ENDED}) ended)`;
const TEXT_SIZE = 'pg_column_size(t.markdown) + pg_column_size(t.extraction)';
const RESULT_SIZE = 'COALESCE(pg_column_size(r.result), 0)';

/** What `prune` would delete. */
export async function countPrunable(
  db: Queryable,
  before: Date,
): Promise<{ texts: Pruned; results: Pruned }> {
  const count = async (size: string, from: string) =>
    (
      await db.query<Pruned>(
        `SELECT COUNT(*)::int AS count, COALESCE(SUM(${size}), 0)::bigint AS "sizeBytes" ${from}`,
        [before],
      )
    ).rows[0]!;
  return { texts: await count(TEXT_SIZE, TEXTS), results: await count(RESULT_SIZE, RESULTS) };
}

/** Texts that no open batch needs; a document whose text is gone is read again when it is needed. */
export async function pruneTexts(db: Queryable, before: Date): Promise<Pruned> {
  const { rows } = await db.query<Pruned>(
    `WITH gone AS (DELETE ${TEXTS} RETURNING ${TEXT_SIZE} AS size)
     SELECT COUNT(*)::int AS count, COALESCE(SUM(size), 0)::bigint AS "sizeBytes" FROM gone`,
    [before],
  );
  return rows[0]!;
}

/** Answers of batches that ended; their items, failures and counts stay. */
export function pruneResults(db: Database, before: Date, actor: string): Promise<Pruned> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<Pruned & { batchId: string }>(
      `WITH gone AS (DELETE ${RESULTS} RETURNING r.batch_id, ${RESULT_SIZE} AS size)
       SELECT batch_id AS "batchId", COUNT(*)::int AS count, SUM(size)::bigint AS "sizeBytes" FROM gone GROUP BY 1`,
      [before],
    );
    const total: Pruned = { count: 0, sizeBytes: 0 };
    for (const { batchId, count, sizeBytes } of rows) {
      total.count += count;
      total.sizeBytes += sizeBytes;
      await noteEvent(tx, { batchId, event: 'pruned', actor, reason: null, detail: { results: count } });
    }
    await pruneSummaries(
      tx,
      rows.map(({ batchId }) => batchId),
    );
    // What a `process` that was killed while it chose left behind.
    await tx.query(
      `DELETE FROM batch_candidates c WHERE c.created_at < now() - interval '1 day'
         AND NOT EXISTS (SELECT 1 FROM processing_batches b WHERE b.id = c.batch_id)`,
    );
    return total;
  });
}

/** Which of these workflow ids belong to batches that ended before `before`. */
export async function endedWorkflows(
  db: Queryable,
  workflowIds: readonly string[],
  before: Date,
): Promise<Set<string>> {
  const { rows } = await db.query<{ workflowId: string }>(
    `SELECT workflow_id AS "workflowId" FROM (${ENDED}) ended WHERE workflow_id = ANY($2::text[])`,
    [before, workflowIds],
  );
  return new Set(rows.map(({ workflowId }) => workflowId));
}

/**
 * Gives the room of deleted rows back: to the disk when no batch is open (the tables are locked for it), else for new
 * rows only. Answers by how much the tables' files are smaller.
 */
export async function vacuum(db: Database): Promise<number> {
  const { rows } = await db.query<{ open: number }>(
    `SELECT COUNT(*)::int AS open FROM processing_batches WHERE recipe_id IS NOT NULL
     AND status IN ('pending', 'processing', 'finalizing')`,
  );
  const before = await tablesSize(db);
  const full = rows[0]!.open === 0 ? 'FULL, ' : '';
  await db.withClient(async (client) => {
    for (const table of ['document_texts', 'document_results']) {
      await client.query(`VACUUM (${full}ANALYZE) ${table}`);
    }
  });
  return Math.max(before - (await tablesSize(db)), 0);
}

async function tablesSize(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ size: number }>(
    `SELECT pg_total_relation_size('document_texts') + pg_total_relation_size('document_results') AS size`,
  );
  return rows[0]!.size;
}
