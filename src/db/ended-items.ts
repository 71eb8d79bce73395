import type { Queryable } from './database.ts';

export interface EndedItem {
  documentId: string;
  name: string;
  state: string;
  code: string | null;
  durationMs: number | null;
  attempts: number;
  finishedAt: Date;
}

/** Items that reached a terminal state at or after `since`, oldest first; null: since the batch was last started. */
export async function endedItems(db: Queryable, batchId: string, since: Date | null): Promise<EndedItem[]> {
  const { rows } = await db.query<EndedItem>(
    `SELECT i.document_id AS "documentId", COALESCE(d.name, d.uri, '') AS name, i.state, i.failure_code AS code,
            i.duration_ms AS "durationMs", i.attempts, i.finished_at AS "finishedAt"
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     WHERE i.batch_id = $1 AND i.state IN ('completed', 'failed', 'skipped', 'cancelled')
       AND i.finished_at >= COALESCE($2, (SELECT MAX(occurred_at) FROM batch_events
             WHERE batch_id = $1 AND event IN ('created', 'resumed', 'retried')))
     ORDER BY i.finished_at`,
    [batchId, since],
  );
  return rows;
}
