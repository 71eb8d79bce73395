import type { Queryable } from './database.ts';

export interface KnownDocument {
  id: string;
  uri: string;
  name: string;
  status: string;
  /** The file that it lies in, when it is no file itself. */
  containerUri: string | null;
}

/**
 * The documents that a typed name means, at most eleven: by id, uri, id in a manifest, file name, end of the path, or
 * start of the id; the first of these that fits anything counts. `uriEnding` is the name as a file's URI would end.
 */
export async function findDocuments(
  db: Queryable,
  named: string,
  { uri, uriEnding }: { uri: string; uriEnding: string },
): Promise<KnownDocument[]> {
  const { rows } = await db.query<KnownDocument & { rank: number }>(
    `SELECT * FROM (
       SELECT id, COALESCE(uri, '') AS uri, COALESCE(name, uri, '') AS name, COALESCE(status, 'pending') AS status, container_uri AS "containerUri",
         CASE WHEN id::text = lower($1) THEN 1 WHEN d.uri = $1 OR d.uri = $2 THEN 2 WHEN external_id = $1 THEN 3 WHEN name = $1 THEN 4
              WHEN d.uri LIKE $3 THEN 5 WHEN $4 <> '' AND id::text LIKE $4 || '%' THEN 6 END AS rank
       FROM file_document d) ranked
     WHERE rank IS NOT NULL ORDER BY rank, uri LIMIT 11`,
    [
      named,
      uri,
      `%/${uriEnding.replace(/[\\%_]/g, '\\$&')}`,
      /^[0-9a-f][0-9a-f-]{3,35}$/i.test(named) ? named.toLowerCase() : '',
    ],
  );
  return rows.filter(({ rank }) => rank === rows[0]!.rank).map(({ rank: _rank, ...document }) => document);
}
