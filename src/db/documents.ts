import type { DiscoveredDocument } from '../domain/source.ts';
import type { Queryable } from './database.ts';
import { storableJson } from './storable.ts';

export interface Registered {
  /** In the order given, without repeats. */
  ids: string[];
  added: number;
  changed: number;
  unchanged: number;
}

/** Adds or updates up to 1,000 documents by uri, in uri order so that two at once never deadlock. A changed one is pending again. */
export async function registerDocuments(
  db: Queryable,
  documents: readonly DiscoveredDocument[],
): Promise<Registered> {
  const byUri = new Map(documents.map((document) => [document.uri, document]));
  const input = [...byUri.values()].map((document, index) => ({
    index,
    uri: document.uri,
    name: document.name,
    mime_type: document.mimeType,
    size_bytes: document.sizeBytes,
    sha: document.contentSha256,
    source_root: document.sourceRoot,
    modified_at: document.modifiedAt,
    external_id: document.externalId ?? null,
    priority: document.priority ?? null,
    group_name: document.group ?? null,
    metadata: document.metadata ?? null,
  }));
  const { rows } = await db.query<{ id: string; index: number; what: 'added' | 'changed' | 'unchanged' }>(
    REGISTER,
    [storableJson(input)],
  );
  const count = (what: string) => rows.filter((row) => row.what === what).length;
  const ids = rows.sort((a, b) => a.index - b.index).map((row) => row.id);
  return { ids, added: count('added'), changed: count('changed'), unchanged: count('unchanged') };
}

const REGISTER = `
WITH input AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r(index int, uri text, name text, mime_type text, size_bytes bigint, sha text,
    source_root text, modified_at timestamptz, external_id text, priority smallint, group_name text, metadata jsonb)
), before AS MATERIALIZED (
  SELECT d.uri, d.content_sha256 AS sha FROM file_document d JOIN input n ON n.uri = d.uri
), upserted AS (
  INSERT INTO file_document AS d (uri, name, mime_type, size_bytes, content_sha256, source_root, modified_at, external_id, priority, group_name, metadata)
  SELECT uri, name, mime_type, size_bytes, sha, source_root, modified_at, external_id, COALESCE(priority, 3), group_name, metadata
  FROM input ORDER BY uri
  ON CONFLICT (uri) DO UPDATE SET
    name = EXCLUDED.name, size_bytes = EXCLUDED.size_bytes, source_root = EXCLUDED.source_root, modified_at = EXCLUDED.modified_at,
    status = CASE WHEN d.status <> 'skipped' AND d.content_sha256 IS DISTINCT FROM EXCLUDED.content_sha256 THEN 'pending' ELSE d.status END,
    content_sha256 = EXCLUDED.content_sha256,
    external_id = COALESCE(EXCLUDED.external_id, d.external_id),
    priority = CASE WHEN (SELECT n.priority FROM input n WHERE n.uri = d.uri) IS NULL THEN d.priority ELSE EXCLUDED.priority END,
    group_name = COALESCE(EXCLUDED.group_name, d.group_name),
    metadata = COALESCE(EXCLUDED.metadata, d.metadata)
  RETURNING d.id, d.uri
)
SELECT u.id, n.index,
  CASE WHEN b.uri IS NULL THEN 'added' WHEN b.sha IS DISTINCT FROM n.sha THEN 'changed' ELSE 'unchanged' END AS what
FROM upserted u JOIN input n ON n.uri = u.uri LEFT JOIN before b ON b.uri = u.uri`;

/** True when anything was ever registered. */
export async function hasDocuments(db: Queryable): Promise<boolean> {
  const { rows } = await db.query('SELECT FROM file_document WHERE uri IS NOT NULL LIMIT 1');
  return rows.length > 0;
}
