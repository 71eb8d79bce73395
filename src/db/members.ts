import type { Queryable } from './database.ts';

/** How many documents lie in a file, at all depths; those right inside `parentId` are not counted. */
export async function countMembers(db: Queryable, containerUri: string, parentId: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `SELECT COUNT(*)::int AS count FROM file_document WHERE container_uri = $1 AND parent_id <> $2`,
    [containerUri, parentId],
  );
  return rows[0]!.count;
}

/** Whether documents inside this file are known, and so are chosen, or left out, by themselves. */
export async function hasMembers(db: Queryable, containerUri: string): Promise<boolean> {
  const { rows } = await db.query(`SELECT 1 FROM file_document WHERE container_uri = $1 LIMIT 1`, [
    containerUri,
  ]);
  return rows.length > 0;
}
