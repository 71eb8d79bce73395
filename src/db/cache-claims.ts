import type { Queryable } from './database.ts';

export interface CacheClaim {
  recipeId: number;
  contentSha256: string;
  batchId: string;
  documentId: string;
  epoch: number;
}

/**
 * Asks to be the one that pays for the answer about a content. `ours`: nobody has before. `passed on`: somebody had, and is
 * done with it, so the answer may be there by now. `theirs`: somebody is at it; a claim ends with the try that made it.
 */
export async function claimContent(
  db: Queryable,
  { recipeId, contentSha256, batchId, documentId, epoch }: CacheClaim,
): Promise<'ours' | 'passed on' | 'theirs'> {
  const { rows } = await db.query<{ isNew: boolean }>(
    `INSERT INTO cache_claims AS c (recipe_id, content_sha256, batch_id, document_id, epoch) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (recipe_id, content_sha256) DO UPDATE
       SET batch_id = $3, document_id = $4, epoch = $5, claimed_at = clock_timestamp()
       WHERE (c.batch_id, c.document_id) = ($3, $4) OR NOT EXISTS (
         SELECT FROM batch_items i WHERE i.batch_id = c.batch_id AND i.document_id = c.document_id AND i.epoch = c.epoch
           AND (i.state = 'processing' OR (i.state = 'retrying' AND i.started_at IS NOT NULL)))
     RETURNING xmax = 0 AS "isNew"`,
    [recipeId, contentSha256, batchId, documentId, epoch],
  );
  if (rows[0] === undefined) return 'theirs';
  return rows[0].isNew ? 'ours' : 'passed on';
}
