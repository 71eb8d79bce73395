import type { Database } from './database.ts';
import { haltOverBudget } from './failure-budget.ts';

/** Documents per transaction: large enough to be set-based, small enough that processing starts after the first. */
const PAGE = 10_000;

export interface PlannedPage {
  lastChunkNo: number;
  /** There is no further page. */
  planned: boolean;
}

/**
 * Turns the next page of candidates into items with chunk numbers. A document that another batch holds is left out (the
 * partial unique index decides). Calling it again after a lost answer plans nothing twice: the position is the guard.
 */
export async function planPage(db: Database, batchId: string): Promise<PlannedPage> {
  const page = await planInOneGo(db, batchId);
  // Until PostgreSQL has counted the new rows, each mark and each commit reads the whole batch: 17 ms instead of 0.1 at
  // 20,000 items, and its own daemon comes a minute late.
  await db.query('ANALYZE batch_items, file_document');
  return page;
}

function planInOneGo(db: Database, batchId: string): Promise<PlannedPage> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{
      position: number;
      lastChunkNo: number;
      planned: boolean;
      batchSize: number;
    }>(
      `SELECT plan_position AS position, last_chunk_no AS "lastChunkNo", planned_at IS NOT NULL AS planned,
              (settings->>'batchSize')::int AS "batchSize"
       FROM processing_batches WHERE id = $1`,
      [batchId],
    );
    const batch = rows[0];
    if (batch === undefined) throw new Error(`Batch ${batchId} is not in the database`);
    if (batch.planned) return { lastChunkNo: batch.lastChunkNo, planned: true };
    await tx.query(LOCK_PAGE, [batchId, batch.position, PAGE]);
    const inserted = await tx.query<{
      inserted: number;
      read: number;
      lastPosition: number | null;
      lastChunkNo: number | null;
    }>(INSERT_PAGE, [batchId, batch.position, PAGE, batch.lastChunkNo, batch.batchSize]);
    const page = inserted.rows[0]!;
    const planned = page.read < PAGE;
    const lastChunkNo = page.lastChunkNo ?? batch.lastChunkNo;
    // The row is touched last, so that commits of results wait for it as briefly as can be.
    const updated = await tx.query<{ lastChunkNo: number }>(
      `UPDATE processing_batches SET total_items = COALESCE(total_items, 0) + $3, last_chunk_no = GREATEST(last_chunk_no, $4),
              plan_position = $5, planned_at = CASE WHEN $6 THEN now() END
       WHERE id = $1 AND plan_position = $2 AND planned_at IS NULL RETURNING last_chunk_no AS "lastChunkNo"`,
      [batchId, batch.position, page.inserted, lastChunkNo, page.lastPosition ?? batch.position, planned],
    );
    if (updated.rowCount === 0) throw Object.assign(new Error('another planner was here'), { code: '40001' });
    if (planned) {
      await tx.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
      await haltOverBudget(tx, batchId);
    }
    return { lastChunkNo: updated.rows[0]!.lastChunkNo, planned };
  });
}

/**
 * Of two batches that want the same free documents the second waits here, and then sees what the first did with them.
 * Those that another batch holds are not locked, so that its commits go on.
 */
const LOCK_PAGE = `
SELECT COUNT(*) FROM (
  SELECT FROM file_document d
  WHERE d.id IN (SELECT document_id FROM batch_candidates WHERE batch_id = $1 AND position > $2 ORDER BY position LIMIT $3)
    AND NOT EXISTS (SELECT FROM batch_items o WHERE o.document_id = d.id AND o.state IN ('pending', 'processing', 'retrying', 'review'))
  ORDER BY d.id FOR UPDATE) locked`;

// What was finished under the same recipe since it was chosen is another batch's work: taking it would be taking it twice.
const INSERT_PAGE = `
WITH page AS MATERIALIZED (
  SELECT document_id, position, created_at FROM batch_candidates
  WHERE batch_id = $1 AND position > $2 ORDER BY position LIMIT $3
), free AS (
  SELECT p.document_id, p.position FROM page p
  WHERE NOT EXISTS (SELECT FROM batch_items o WHERE o.document_id = p.document_id AND o.state IN ('pending', 'processing', 'retrying', 'review'))
    AND NOT EXISTS (SELECT FROM batch_items o WHERE o.document_id = p.document_id AND o.state IN ('completed', 'failed')
      AND o.recipe_id = (SELECT recipe_id FROM processing_batches WHERE id = $1) AND o.finished_at >= p.created_at)
), numbered AS (
  SELECT d.id, p.position, COALESCE(d.priority, 3) AS priority, d.content_sha256,
         $4::int + 1 + ((row_number() OVER (ORDER BY p.position) - 1) / $5::int)::int AS chunk_no
  FROM free p JOIN file_document d ON d.id = p.document_id
), inserted AS (
  INSERT INTO batch_items (batch_id, document_id, chunk_no, position, priority, content_sha256, recipe_id)
  SELECT $1, n.id, n.chunk_no, n.position, n.priority, n.content_sha256,
         (SELECT recipe_id FROM processing_batches WHERE id = $1)
  FROM numbered n ORDER BY n.id
  ON CONFLICT DO NOTHING
  RETURNING document_id, chunk_no
), owned AS (
  UPDATE file_document d SET batch_id = $1, status = 'pending' FROM inserted i WHERE d.id = i.document_id
)
SELECT (SELECT COUNT(*)::int FROM inserted) AS inserted, (SELECT COUNT(*)::int FROM page) AS read,
       (SELECT MAX(position) FROM page) AS "lastPosition", (SELECT MAX(chunk_no) FROM inserted) AS "lastChunkNo"`;
