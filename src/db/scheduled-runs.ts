import type { BatchStatus } from '../domain/batch.ts';
import type { Queryable } from './database.ts';

/** One batch of a schedule. */
export interface ScheduledRunRow {
  schedule: string;
  id: string;
  name: string;
  workflowId: string;
  scheduledAt: Date;
  status: BatchStatus;
  reason: string | null;
  total: number;
  completed: number;
  failed: number;
}

/** The newest `perSchedule` batches of each schedule, newest first. */
export async function scheduledRuns(
  db: Queryable,
  schedules: readonly string[],
  perSchedule: number,
): Promise<ScheduledRunRow[]> {
  const { rows } = await db.query<ScheduledRunRow>(
    `SELECT b.* FROM unnest($1::text[]) AS s(name) CROSS JOIN LATERAL (
       SELECT schedule_name AS schedule, id, batch_name AS name, workflow_id AS "workflowId", scheduled_at AS "scheduledAt",
              status, status_reason AS reason, total_items AS total, processed_items AS completed, failed_items AS failed
       FROM processing_batches WHERE schedule_name = s.name ORDER BY scheduled_at DESC LIMIT $2) b`,
    [schedules, perSchedule],
  );
  return rows;
}

/** The batch of this workflow; null until a worker has made its row. */
export async function batchOfWorkflow(
  db: Queryable,
  workflowId: string,
): Promise<{ id: string; name: string } | null> {
  const { rows } = await db.query<{ id: string; name: string }>(
    'SELECT id, batch_name AS name FROM processing_batches WHERE workflow_id = $1',
    [workflowId],
  );
  return rows[0] ?? null;
}

/** The stack stays up until this batch has ended, whoever leaves. */
export async function markDetached(db: Queryable, batchId: string): Promise<void> {
  await db.query('UPDATE processing_batches SET detached = true WHERE id = $1', [batchId]);
}
