import type { Database, Queryable } from './database.ts';

/**
 * Pauses what a stack that was killed or stopped left running, so that an old batch never goes on by surprise; detached
 * and scheduled batches go on. Called once, before the first worker of a new stack starts.
 */
export function pauseInterrupted(db: Database): Promise<{ id: string; name: string | null }[]> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string; name: string | null }>(
      `UPDATE processing_batches
       SET control = 'pause', control_now = false, control_seq = control_seq + 1,
           status = 'paused', status_reason = 'interrupted',
           status_detail = 'the stack it ran on was stopped'
       WHERE recipe_id IS NOT NULL AND status IN ('pending', 'processing', 'finalizing')
         AND NOT detached AND origin <> 'schedule'
       RETURNING id, batch_name AS name`,
    );
    await tx.query(
      `INSERT INTO batch_events (batch_id, event, actor, reason)
       SELECT id, 'paused', 'keeper', 'interrupted' FROM unnest($1::uuid[]) AS u(id)`,
      [rows.map((row) => row.id)],
    );
    return rows;
  });
}

/**
 * True while a detached batch has work to do, or a fresh `--notify` is not delivered yet: the stack stays up for it,
 * without any command.
 */
export async function hasDetachedWork(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM processing_batches
     WHERE recipe_id IS NOT NULL AND detached AND status IN ('pending', 'processing', 'finalizing')
     UNION ALL
     SELECT FROM notifications WHERE delivered_at IS NULL AND created_at > now() - interval '1 minute'
     LIMIT 1`,
  );
  return rows.length > 0;
}
