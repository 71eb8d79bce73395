import type { Queryable } from './database.ts';

export interface Notification {
  id: number;
  target: string;
  payload: Record<string, unknown>;
}

/**
 * Takes one that is due; another process that comes within a minute does not see it, unless the worker that took it is
 * known to be dead (its row is gone).
 */
export async function claimNotification(db: Queryable, workerId: string): Promise<Notification | null> {
  const { rows } = await db.query<Notification>(
    `UPDATE notifications SET attempts = attempts + 1, claimed_by = $1, next_attempt_at = now() + interval '1 minute'
     WHERE id = (SELECT id FROM notifications n WHERE delivered_at IS NULL AND attempts < 10
                   AND (next_attempt_at <= now() OR NOT EXISTS (SELECT FROM workers w WHERE w.id = n.claimed_by) AND claimed_by IS NOT NULL)
                 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, target, payload`,
    [workerId],
  );
  return rows[0] ?? null;
}

/** Marks it delivered, or due again after a wait that doubles. */
export async function settleNotification(db: Queryable, id: number, error: string | null): Promise<void> {
  await db.query(
    `UPDATE notifications SET
       delivered_at = CASE WHEN $2::text IS NULL THEN now() END,
       last_error = $2,
       claimed_by = NULL,
       next_attempt_at = now() + LEAST(2 ^ attempts, 600) * interval '1 second'
     WHERE id = $1`,
    [id, error],
  );
}
