import type { DiscoveredDocument } from '../domain/source.ts';
import type { Queryable } from './database.ts';
import { storableJson } from './storable.ts';

/** Of this session only: what discovery found, for a look ahead that writes nothing. */
export async function createFoundDocuments(tx: Queryable): Promise<void> {
  await tx.query(
    `CREATE TEMPORARY TABLE docbatch_found (position bigint GENERATED ALWAYS AS IDENTITY, uri text, mime_type text,
       size_bytes bigint, sha text, priority int) ON COMMIT DROP`,
  );
}

export async function addFoundDocuments(tx: Queryable, group: readonly DiscoveredDocument[]): Promise<void> {
  const input = group.map(({ uri, mimeType, sizeBytes, contentSha256, priority }) => ({
    uri,
    mime_type: mimeType,
    size_bytes: sizeBytes,
    sha: contentSha256,
    priority: priority ?? null,
  }));
  await tx.query(
    `INSERT INTO docbatch_found (uri, mime_type, size_bytes, sha, priority)
     SELECT r.uri, r.mime_type, r.size_bytes, r.sha, r.priority FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(value, n),
       jsonb_to_record(e.value) AS r(uri text, mime_type text, size_bytes bigint, sha text, priority int) ORDER BY e.n`,
    [storableJson(input)],
  );
}

/** As candidates for `judge`: what is registered has its id and its priority, what is not gets an id for the moment. */
export const FOUND = `
  SELECT COALESCE(d.id, gen_random_uuid()) AS id, f.position, COALESCE(f.priority, d.priority, 3) AS priority, f.sha,
         COALESCE(d.mime_type, f.mime_type) AS mime_type, f.size_bytes, f.uri, d.status
  FROM (SELECT DISTINCT ON (uri) * FROM docbatch_found ORDER BY uri, position) f
  LEFT JOIN file_document d ON d.uri = f.uri`;
