import type { Queryable } from './database.ts';

export interface SizeGroup {
  type: string;
  documents: number;
  bytes: number;
}

export interface SampleDocument {
  uri: string;
  type: string;
  sizeBytes: number;
  contentSha256: string | null;
  /** Of a document that lies in another one: the file, and the way to it there. */
  containerUri: string | null;
  memberPath: string[] | null;
}

/** What a run would take: all of it by type, and some documents that stand for the rest. */
export interface Sampled {
  groups: SizeGroup[];
  sample: SampleDocument[];
}

/** Of the documents chosen for a batch that is not there yet; at most about `count` are named. */
export function sampleCandidates(db: Queryable, batchId: string, count: number): Promise<Sampled> {
  const chosen = `
    SELECT d.uri, d.mime_type, d.size_bytes, d.content_sha256 AS sha
    FROM batch_candidates c JOIN file_document d ON d.id = c.document_id WHERE c.batch_id = $1`;
  return sampleOf(db, chosen, count, [batchId]);
}

/** Of what a look ahead would choose; see `choosePreviewed`. */
export function samplePreviewed(tx: Queryable, count: number): Promise<Sampled> {
  return sampleOf(tx, 'SELECT uri, mime_type, size_bytes, sha FROM docbatch_chosen', count, []);
}

/** `chosen` selects uri, mime_type, size_bytes and sha. */
export async function sampleOf(
  db: Queryable,
  chosen: string,
  count: number,
  parameters: readonly unknown[],
): Promise<Sampled> {
  const { rows: groups } = await db.query<SizeGroup>(
    `SELECT ${TYPE} AS type, COUNT(*)::int AS documents, COALESCE(SUM(size_bytes), 0)::bigint AS bytes
     FROM (${chosen}) c GROUP BY 1 ORDER BY 2 DESC`,
    parameters,
  );
  const { rows: sample } = await db.query<SampleDocument>(
    `WITH ranked AS (
       SELECT uri, ${TYPE} AS type, COALESCE(size_bytes, 0) AS size, sha,
              row_number() OVER (PARTITION BY ${TYPE} ORDER BY size_bytes, uri) - 1 AS rank,
              COUNT(*) OVER (PARTITION BY ${TYPE}) AS of_type, COUNT(*) OVER () AS of_all
       FROM (${chosen}) c
     ), shares AS (
       SELECT *, LEAST(of_type, CEIL(of_type * LEAST(1, $${parameters.length + 1}::numeric / of_all))) AS share FROM ranked
     )
     SELECT s.uri, type, size AS "sizeBytes", sha AS "contentSha256", d.container_uri AS "containerUri", d.member_path AS "memberPath"
     FROM shares s LEFT JOIN file_document d ON d.uri = s.uri
     -- The rank at the middle of each of \`share\` equal stretches, from the smallest to the largest of a type.
     WHERE FLOOR((rank + 0.5) * share / of_type) > FLOOR((rank - 0.5) * share / of_type) OR rank = 0`,
    [...parameters, count],
  );
  return { groups, sample };
}

// Before a document was read its type is known by its ending only.
const TYPE = `COALESCE(mime_type, lower(substring(uri FROM '\\.([A-Za-z0-9]{1,8})$')), 'unknown')`;
