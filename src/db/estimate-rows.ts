import type { Queryable } from './database.ts';

export interface SizeGroup {
  mime: string;
  documents: number;
  bytes: number;
}

/** The chosen documents by type, with their sizes. */
export async function candidateGroups(db: Queryable, batchId: string): Promise<SizeGroup[]> {
  const { rows } = await db.query<SizeGroup>(
    `SELECT ${MIME} AS mime, COUNT(*)::int AS documents, COALESCE(SUM(d.size_bytes), 0)::bigint AS bytes
     FROM batch_candidates c JOIN file_document d ON d.id = c.document_id WHERE c.batch_id = $1 GROUP BY 1 ORDER BY 2 DESC`,
    [batchId],
  );
  return rows;
}

export interface SampleDocument {
  uri: string;
  name: string;
  mime: string;
  sizeBytes: number;
  contentSha256: string | null;
}

/** At most `count` of them: of each type its share, spread evenly from the smallest to the largest. */
export async function candidateSample(
  db: Queryable,
  batchId: string,
  count: number,
): Promise<SampleDocument[]> {
  const { rows } = await db.query<SampleDocument>(
    `WITH ranked AS (
       SELECT d.uri, COALESCE(d.name, d.uri) AS name, ${MIME} AS mime, COALESCE(d.size_bytes, 0) AS size, d.content_sha256,
              row_number() OVER (PARTITION BY ${MIME} ORDER BY d.size_bytes, d.id) - 1 AS rank,
              COUNT(*) OVER (PARTITION BY ${MIME}) AS of_type, COUNT(*) OVER () AS of_all
       FROM batch_candidates c JOIN file_document d ON d.id = c.document_id WHERE c.batch_id = $1
     ), shares AS (
       SELECT *, LEAST(of_type, CEIL(of_type * LEAST(1, $2::numeric / of_all))) AS share FROM ranked
     )
     SELECT uri, name, mime, size AS "sizeBytes", content_sha256 AS "contentSha256" FROM shares
     -- The rank at the middle of each of \`share\` equal stretches.
     WHERE FLOOR((rank + 0.5) * share / of_type) > FLOOR((rank - 0.5) * share / of_type) OR rank = 0`,
    [batchId, count],
  );
  return rows;
}

// Before a document was read its type is known by its ending only.
const MIME = `COALESCE(d.mime_type, lower(substring(d.name FROM '\\.([A-Za-z0-9]{1,8})$')), 'unknown')`;
