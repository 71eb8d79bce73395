import type { Extraction } from '../domain/extraction.ts';
import type { Queryable } from './database.ts';
import { storable } from './storable.ts';

/** The stored text of a content, or null: pruned, never extracted, or not by this version. @default any version */
export async function loadText(
  db: Queryable,
  contentSha256: string,
  extractorVersion: string | null = null,
): Promise<{ extraction: Extraction; mimeType: string } | null> {
  const { rows } = await db.query<{ extraction: Omit<Extraction, 'markdown'>; markdown: string }>(
    `SELECT extraction, markdown FROM document_texts
     WHERE content_sha256 = $1 AND ($2::text IS NULL OR extractor_version = $2)`,
    [contentSha256, extractorVersion],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const extraction = { ...row.extraction, markdown: row.markdown };
  return { extraction, mimeType: extraction.metadata.mimeType };
}

/** Results of equal content under the same recipe, by content hash: what a person accepted, else the newest. */
export async function cachedResults(
  db: Queryable,
  recipeId: number,
  contentSha256s: readonly string[],
): Promise<Map<string, unknown>> {
  if (contentSha256s.length === 0) return new Map();
  const { rows } = await db.query<{ sha: string; result: unknown }>(
    `SELECT DISTINCT ON (content_sha256) content_sha256 AS sha, result FROM document_results
     WHERE recipe_id = $1 AND content_sha256 = ANY($2::text[]) AND reusable
     ORDER BY content_sha256, (result #> '{injection,acceptedBy}' IS NOT NULL) DESC, created_at DESC`,
    [recipeId, contentSha256s],
  );
  return new Map(rows.map((row) => [row.sha, row.result]));
}

/** Keeps the text of a content that was read before its batch runs. A stored one stays: batches may be at work with it. */
export async function saveText(db: Queryable, contentSha256: string, extraction: Extraction): Promise<void> {
  const { markdown, ...rest } = storable(extraction);
  await db.query(
    `INSERT INTO document_texts (content_sha256, extractor_version, extraction, markdown) VALUES ($1, $2, $3, $4)
     ON CONFLICT (content_sha256) DO NOTHING`,
    [contentSha256, extraction.extractorVersion, JSON.stringify(rest), markdown],
  );
}
