import type { Queryable } from './database.ts';

/** Adds documents that the user named, after `startPosition`; repeats are harmless. */
export async function listCandidates(
  db: Queryable,
  batchId: string,
  documentIds: readonly string[],
  startPosition: number,
): Promise<void> {
  await db.query(
    `INSERT INTO batch_candidates (batch_id, document_id, position)
     SELECT $1, u.id, $3 + u.position FROM unnest($2::uuid[]) WITH ORDINALITY AS u(id, position)`,
    [batchId, documentIds, startPosition],
  );
}

/** Gives what was listed under one id to another. */
export async function moveCandidates(db: Queryable, from: string, to: string): Promise<void> {
  await db.query('UPDATE batch_candidates SET batch_id = $2 WHERE batch_id = $1', [from, to]);
}

export async function dropCandidates(db: Queryable, batchId: string): Promise<void> {
  await db.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
}

/** What was listed for batches that never came to be: whoever listed it was killed. */
export async function dropLostCandidates(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM batch_candidates c WHERE created_at < now() - interval '1 day'
       AND NOT EXISTS (SELECT FROM processing_batches b WHERE b.id = c.batch_id)`,
  );
}

export interface Selection {
  batchId: string;
  recipeId: number;
  rerun: 'none' | 'failed' | 'completed' | 'all';
  /** Everything registered instead of the documents listed. */
  all: boolean;
  limit: number | null;
  /** This many at random. */
  sample: number | null;
}

export interface Selected {
  chosen: number;
  /** Pending too, but beyond `limit` or `sample`. */
  stillPending: number;
  /** Finished under this recipe with the present content. */
  unchanged: number;
  failedEarlier: { name: string; code: string; batchId: string }[];
  /** Held by another open batch. */
  busy: number;
  known: number;
}

/** Narrows the candidates to what is pending for the recipe, by priority, then as found; the rest is counted. */
export async function selectCandidates(db: Queryable, selection: Selection): Promise<Selected> {
  const { batchId, recipeId, rerun, all, limit, sample } = selection;
  if (all) {
    await db.query(
      `INSERT INTO batch_candidates (batch_id, document_id, position)
       SELECT $1, id, row_number() OVER (ORDER BY discovered_at, uri) FROM file_document WHERE uri IS NOT NULL AND status <> 'skipped'`,
      [batchId],
    );
  }
  await db.query(
    'CREATE TEMPORARY TABLE docbatch_judged (document_id uuid, position bigint, priority int, verdict text) ON COMMIT DROP',
  );
  await db.query(JUDGE, [
    batchId,
    recipeId,
    rerun === 'failed' || rerun === 'all',
    rerun === 'completed' || rerun === 'all',
  ]);
  const { rows: counted } = await db.query<{ verdict: string; count: number }>(
    `SELECT verdict, COUNT(*)::int AS count FROM docbatch_judged GROUP BY verdict`,
  );
  const { rows: failedEarlier } = await db.query<{ name: string; code: string; batchId: string }>(
    `SELECT d.name, i.failure_code AS code, i.batch_id AS "batchId" FROM docbatch_judged j JOIN file_document d ON d.id = j.document_id
     JOIN LATERAL (SELECT failure_code, batch_id FROM batch_items i WHERE i.document_id = d.id AND i.state = 'failed'
                   ORDER BY finished_at DESC LIMIT 1) i ON true
     WHERE j.verdict = 'failed' ORDER BY d.name LIMIT 20`,
  );
  await db.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
  const { rowCount: chosen } = await db.query(
    `INSERT INTO batch_candidates (batch_id, document_id, position)
     SELECT $1, document_id, row_number() OVER (ORDER BY priority, position)
     FROM (SELECT j.document_id, j.priority, j.position FROM docbatch_judged j WHERE verdict = 'pending'
           ORDER BY CASE WHEN $3::int IS NULL THEN NULL ELSE random() END, priority, position
           LIMIT LEAST($2::int, $3::int)) c`,
    [batchId, limit, sample],
  );
  await db.query('DROP TABLE docbatch_judged');
  const count = (verdict: string) => counted.find((row) => row.verdict === verdict)?.count ?? 0;
  return {
    chosen,
    stillPending: count('pending') - chosen,
    unchanged: count('completed'),
    failedEarlier,
    busy: count('busy'),
    known: counted.reduce((sum, row) => sum + row.count, 0),
  };
}

const JUDGE = `
INSERT INTO docbatch_judged
SELECT DISTINCT ON (c.document_id) c.document_id, c.position, COALESCE(d.priority, 3) AS priority,
  CASE
    WHEN EXISTS (SELECT 1 FROM batch_items o WHERE o.document_id = c.document_id AND o.state IN ('pending', 'processing', 'retrying', 'review')) THEN 'busy'
    WHEN last.state = 'failed' AND NOT $3::boolean THEN 'failed'
    WHEN last.state = 'completed' AND NOT $4::boolean THEN 'completed'
    ELSE 'pending'
  END AS verdict
FROM batch_candidates c JOIN file_document d ON d.id = c.document_id
LEFT JOIN LATERAL (
  -- A completed item counts before a failed one; items of other content than the present count for nothing.
  SELECT i.state FROM batch_items i
  WHERE i.document_id = c.document_id AND i.recipe_id = $2 AND i.state IN ('completed', 'failed')
    AND (i.content_sha256 IS NOT DISTINCT FROM d.content_sha256)
  ORDER BY i.state, i.finished_at DESC LIMIT 1) last ON true
WHERE c.batch_id = $1
ORDER BY c.document_id, c.position`;
