import type { Queryable } from './database.ts';

/** Tells how much memory this process takes; counted for five seconds. Forgets processes that have been silent for long. */
export async function noteMemory(
  db: Queryable,
  { host, pid, rssBytes }: { host: string; pid: number; rssBytes: number },
): Promise<void> {
  await db.query(
    `WITH old AS (DELETE FROM process_memory WHERE seen_at < now() - interval '1 hour' AND (host, pid) <> ($1, $2))
     INSERT INTO process_memory AS m (host, pid, rss_bytes) VALUES ($1, $2, $3)
     ON CONFLICT (host, pid) DO UPDATE SET rss_bytes = EXCLUDED.rss_bytes, seen_at = now()`,
    [host, pid, rssBytes],
  );
}
