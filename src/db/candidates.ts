import type { BatchStatus } from '../domain/batch.ts';
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
     SELECT $1, u.id, $3 + u.position FROM unnest($2::uuid[]) WITH ORDINALITY AS u(id, position)
     ON CONFLICT DO NOTHING`,
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
  /** Null: the recipe is not known yet, so nothing was ever finished under it. */
  recipeId: number | null;
  rerun: 'none' | 'failed' | 'completed' | 'all';
  /** Everything registered instead of the documents listed. */
  all: boolean;
  limit: number | null;
  /** This many at random. */
  sample: number | null;
}

export interface Judged {
  pending: number;
  /** Finished under this recipe with the present content. */
  unchanged: number;
  failedEarlier: { name: string; code: string; batchId: string }[];
  /** How many failed earlier; the list above has at most 20 of them. */
  failed: number;
  /** Held by another open batch. */
  busy: number;
  /** The batches that hold the busy ones, those with most of them first, at most 5. */
  holders: { batchId: string; status: BatchStatus; count: number }[];
  /** Left out by `skip`. */
  skipped: number;
  known: number;
}

export interface Selected extends Judged {
  chosen: number;
  /** Pending too, but beyond `limit` or `sample`. */
  stillPending: number;
}

/** Narrows the candidates to what is pending for the recipe, by priority, then as found; the rest is counted. */
export async function selectCandidates(tx: Queryable, selection: Selection): Promise<Selected> {
  const { batchId, all } = selection;
  const judged = all ? await judge(tx, selection, REGISTERED) : await judge(tx, selection, LISTED, [batchId]);
  await tx.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
  const { rowCount: chosen } = await tx.query(
    `INSERT INTO batch_candidates (batch_id, document_id, position)
     SELECT $3, document_id, row_number() OVER (ORDER BY priority, position) FROM (${CHOSEN}) c`,
    [selection.limit, selection.sample, batchId],
  );
  await tx.query('DROP TABLE docbatch_judged');
  return { ...judged, chosen, stillPending: judged.pending - chosen };
}

/** In `docbatch_judged`, by priority, then as found; `$1` is the limit, `$2` the size of a random sample. */
export const CHOSEN = `
  SELECT document_id, priority, position, mime_type, size_bytes, uri, sha FROM docbatch_judged WHERE verdict = 'pending'
  ORDER BY CASE WHEN $2::int IS NULL THEN NULL ELSE random() END, priority, position
  LIMIT LEAST($1::int, $2::int)`;

/** Fills the temporary table `docbatch_judged` from candidates: (id, position, priority, sha, mime_type, size_bytes, uri, status). */
export async function judge(
  tx: Queryable,
  { recipeId, rerun }: Pick<Selection, 'recipeId' | 'rerun'>,
  candidatesSql: string,
  parameters: readonly unknown[] = [],
): Promise<Judged> {
  await tx.query(
    `CREATE TEMPORARY TABLE docbatch_judged (document_id uuid, position bigint, priority int, mime_type text,
       size_bytes bigint, uri text, sha text, verdict text) ON COMMIT DROP`,
  );
  await tx.query(judgeSql(candidatesSql), [
    recipeId,
    rerun === 'failed' || rerun === 'all',
    rerun === 'completed' || rerun === 'all',
    ...parameters,
  ]);
  const { rows: counted } = await tx.query<{ verdict: string; count: number }>(
    `SELECT verdict, COUNT(*)::int AS count FROM docbatch_judged GROUP BY verdict`,
  );
  const { rows: failedEarlier } = await tx.query<{ name: string; code: string; batchId: string }>(
    `SELECT d.name, i.failure_code AS code, i.batch_id AS "batchId" FROM docbatch_judged j JOIN file_document d ON d.id = j.document_id
     JOIN LATERAL (SELECT failure_code, batch_id FROM batch_items i WHERE i.document_id = d.id AND i.state = 'failed'
                   ORDER BY finished_at DESC LIMIT 1) i ON true
     WHERE j.verdict = 'failed' ORDER BY d.name LIMIT 20`,
  );
  const { rows: holders } = await tx.query<Judged['holders'][number]>(
    `SELECT b.id AS "batchId", b.status, COUNT(*)::int AS count FROM docbatch_judged j
     JOIN batch_items i ON i.document_id = j.document_id AND i.state IN ('pending', 'processing', 'retrying', 'review')
     JOIN processing_batches b ON b.id = i.batch_id
     WHERE j.verdict = 'busy' GROUP BY b.id ORDER BY count DESC, b.created_at LIMIT 5`,
  );
  const count = (verdict: string) => counted.find((row) => row.verdict === verdict)?.count ?? 0;
  return {
    pending: count('pending'),
    unchanged: count('completed'),
    failedEarlier,
    failed: count('failed'),
    busy: count('busy'),
    holders,
    skipped: count('skipped'),
    known: counted.reduce((sum, row) => sum + row.count, 0),
  };
}

/** The documents of `batch_candidates`; `$4` is the batch. */
const LISTED = `
  SELECT d.id, c.position, COALESCE(d.priority, 3) AS priority, d.content_sha256 AS sha, d.mime_type, d.size_bytes, d.uri, d.status
  FROM batch_candidates c JOIN file_document d ON d.id = c.document_id WHERE c.batch_id = $4`;

/** Every document there is. */
export const REGISTERED = `
  SELECT id, row_number() OVER (ORDER BY discovered_at, uri) AS position, COALESCE(priority, 3) AS priority,
         content_sha256 AS sha, mime_type, size_bytes, uri, status
  FROM file_document WHERE uri IS NOT NULL`;

function judgeSql(candidatesSql: string): string {
  return `
INSERT INTO docbatch_judged
SELECT DISTINCT ON (c.id) c.id, c.position, c.priority, c.mime_type, c.size_bytes, c.uri, c.sha,
  CASE
    WHEN EXISTS (SELECT 1 FROM batch_items o WHERE o.document_id = c.id AND o.state IN ('pending', 'processing', 'retrying', 'review')) THEN 'busy'
    WHEN c.status = 'skipped' THEN 'skipped'
    WHEN last.state = 'failed' AND NOT $2::boolean THEN 'failed'
    WHEN last.state = 'completed' AND NOT $3::boolean THEN 'completed'
    ELSE 'pending'
  END
FROM (${candidatesSql}) c
LEFT JOIN LATERAL (
  -- A completed item counts before a failed one; items of other content than the present count for nothing.
  SELECT i.state FROM batch_items i
  WHERE i.document_id = c.id AND i.recipe_id = $1 AND i.state IN ('completed', 'failed')
    AND (i.content_sha256 IS NOT DISTINCT FROM c.sha)
  ORDER BY i.state, i.finished_at DESC LIMIT 1) last ON true
ORDER BY c.id, c.position`;
}
