import type { Database, Queryable } from './database.ts';

export interface CacheShare {
  analyzer: string;
  profile: string | null;
  model: string | null;
  /** Contents whose answer is given again. */
  answers: number;
  sizeBytes: number;
  /** Documents that got such an answer. */
  hits: number;
  /** What these would have cost at the average of those that were paid; 0 where nothing is paid. */
  savedNanoUsd: number;
  oldest: Date | null;
  newest: Date | null;
}

/** What is kept for documents of equal content, by recipe, most first. */
export async function cacheStats(db: Queryable): Promise<CacheShare[]> {
  const { rows } = await db.query<CacheShare>(
    `SELECT recipe->>'analyzer' AS analyzer, recipe->>'profile' AS profile, recipe->>'model' AS model,
       SUM(a.answers)::int AS answers, SUM(a.size)::bigint AS "sizeBytes", SUM(h.hits)::int AS hits,
       COALESCE(SUM(CASE WHEN h.paid > 0 THEN h.hits * c.cost / h.paid END), 0)::bigint AS "savedNanoUsd",
       MIN(a.oldest) AS oldest, MAX(a.newest) AS newest
     FROM recipes r
     CROSS JOIN LATERAL (SELECT COUNT(DISTINCT content_sha256) AS answers, COALESCE(SUM(pg_column_size(result)), 0) AS size,
         MIN(created_at) AS oldest, MAX(created_at) AS newest FROM document_results WHERE recipe_id = r.id AND reusable) a
     CROSS JOIN LATERAL (SELECT COUNT(*) FILTER (WHERE cached) AS hits, COUNT(*) FILTER (WHERE NOT cached) AS paid
       FROM batch_items WHERE recipe_id = r.id AND state = 'completed') h
     CROSS JOIN LATERAL (SELECT COALESCE(SUM(p.cost_nano_usd), 0) AS cost
       FROM paid_calls p JOIN batch_items i ON i.batch_id = p.batch_id AND i.document_id = p.document_id
       WHERE i.recipe_id = r.id) c
     GROUP BY 1, 2, 3 HAVING SUM(a.answers) > 0 OR SUM(h.hits) > 0 ORDER BY 4 DESC, 1, 2, 3`,
  );
  return rows;
}

export interface CachePruning {
  before: Date;
  /** Null: of any. */
  profile: string | null;
  model: string | null;
}

export interface CachePruned {
  answers: number;
  sizeBytes: number;
}

const OLD = `FROM document_results r JOIN recipes c ON c.id = r.recipe_id
  WHERE r.reusable AND r.created_at < $1 AND ($2::text IS NULL OR c.recipe->>'profile' = $2) AND ($3::text IS NULL OR c.recipe->>'model' = $3)`;

export async function countOldAnswers(
  db: Queryable,
  { before, profile, model }: CachePruning,
): Promise<CachePruned> {
  const { rows } = await db.query<CachePruned>(
    `SELECT COUNT(*)::int AS answers, COALESCE(SUM(pg_column_size(r.result)), 0)::bigint AS "sizeBytes" ${OLD}`,
    [before, profile, model],
  );
  return rows[0]!;
}

/** Old answers are given to no other document any more; they stay with their own. */
export function pruneCache(db: Database, { before, profile, model }: CachePruning): Promise<CachePruned> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<CachePruned>(
      `WITH gone AS (
         UPDATE document_results t SET reusable = false FROM (SELECT r.batch_id, r.document_id ${OLD}) o
         WHERE t.batch_id = o.batch_id AND t.document_id = o.document_id RETURNING pg_column_size(t.result) AS size
       ) SELECT COUNT(*)::int AS answers, COALESCE(SUM(size), 0)::bigint AS "sizeBytes" FROM gone`,
      [before, profile, model],
    );
    if (profile === null && model === null) {
      await tx.query('DELETE FROM summary_answers WHERE created_at < $1', [before]);
    }
    // Claims of tries that have ended say nothing any more.
    await tx.query(
      `DELETE FROM cache_claims c WHERE c.claimed_at < $1 AND NOT EXISTS (
         SELECT FROM batch_items i WHERE i.batch_id = c.batch_id AND i.document_id = c.document_id AND i.epoch = c.epoch
           AND i.state IN ('processing', 'retrying'))`,
      [before],
    );
    return rows[0]!;
  });
}
