import type { Queryable } from './database.ts';

/** Who ordered what, when and why; or what docbatch itself found. */
export interface BatchEventRow {
  at: Date;
  event: string;
  actor: string;
  reason: string | null;
  /** What it changed or counted. */
  detail: Record<string, unknown>;
}

/** The audit trail of a batch, oldest first; the newest 200 of a very long one. */
export async function readEvents(db: Queryable, batchId: string): Promise<BatchEventRow[]> {
  const { rows } = await db.query<BatchEventRow>(
    `SELECT occurred_at AS at, event, actor, reason, detail - 'once' AS detail
     FROM batch_events WHERE batch_id = $1 ORDER BY id DESC LIMIT 200`,
    [batchId],
  );
  return rows.reverse();
}
