import type { Selection } from './candidates.ts';
import { CHOSEN } from './candidates.ts';
import type { Queryable } from './database.ts';

export interface TypeShare {
  mimeType: string;
  count: number;
  sizeBytes: number;
}

/** Keeps what would be taken of `docbatch_judged` as the temporary table `docbatch_chosen`: a random sample is drawn once. */
export async function choosePreviewed(
  tx: Queryable,
  { limit, sample }: Pick<Selection, 'limit' | 'sample'>,
): Promise<void> {
  await tx.query(
    `CREATE TEMPORARY TABLE docbatch_chosen (document_id uuid, priority int, position bigint, mime_type text,
       size_bytes bigint, uri text, sha text) ON COMMIT DROP`,
  );
  await tx.query(`INSERT INTO docbatch_chosen ${CHOSEN}`, [limit, sample]);
}

/** What would be taken, by type, most first; after `choosePreviewed`. */
export async function chosenByType(tx: Queryable): Promise<TypeShare[]> {
  const { rows } = await tx.query<TypeShare>(
    `SELECT COALESCE(mime_type, 'unknown') AS "mimeType", COUNT(*)::int AS count, COALESCE(SUM(size_bytes), 0)::bigint AS "sizeBytes"
     FROM docbatch_chosen GROUP BY 1 ORDER BY 2 DESC, 1`,
  );
  return rows;
}

export interface ObservedDurations {
  documents: number;
  meanMs: number;
  deviationMs: number;
}

/** How long a document took under this recipe, else with this analyzer, in its last five batches; null when none was processed. */
export async function observedDurations(
  db: Queryable,
  recipeId: number | null,
  analyzer: string,
): Promise<ObservedDurations | null> {
  for (const [where, value] of [
    ['b.recipe_id = $1', recipeId],
    [`r.recipe->>'analyzer' = $1`, analyzer],
  ] as const) {
    if (value === null) continue;
    const { rows } = await db.query<ObservedDurations>(
      `SELECT COUNT(*)::int AS documents, AVG(i.duration_ms)::float8 AS "meanMs",
              COALESCE(STDDEV(i.duration_ms), 0)::float8 AS "deviationMs"
       FROM (SELECT b.id FROM processing_batches b JOIN recipes r ON r.id = b.recipe_id WHERE ${where}
             ORDER BY b.created_at DESC LIMIT 5) b
       JOIN batch_items i ON i.batch_id = b.id
       WHERE i.state IN ('completed', 'failed') AND NOT i.cached AND i.duration_ms IS NOT NULL`,
      [value],
    );
    if ((rows[0]?.documents ?? 0) > 0) return rows[0]!;
  }
  return null;
}
