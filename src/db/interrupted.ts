import { putBackLost } from './claims.ts';
import type { Database, Queryable } from './database.ts';
import { noteEvent, notifyLater } from './orders.ts';

/**
 * Pauses what a stack that was killed or stopped left running, so that an old batch never goes on by surprise; detached
 * and scheduled batches go on, and a halt or a cancel that was ordered stays ordered. Called once, before the first
 * worker of a new stack starts: nothing is in work.
 */
export function pauseInterrupted(db: Database): Promise<{ id: string; name: string | null }[]> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ id: string; name: string | null }>(
      `UPDATE processing_batches
       SET control = 'pause', control_now = false, control_seq = control_seq + 1,
           status = 'paused', status_reason = 'interrupted',
           status_detail = 'the stack it ran on was stopped'
       WHERE recipe_id IS NOT NULL AND status IN ('pending', 'processing', 'finalizing') AND control = 'run'
         AND NOT detached AND origin <> 'schedule'
       RETURNING id, batch_name AS name`,
    );
    await tx.query(
      `INSERT INTO batch_events (batch_id, event, actor, reason)
       SELECT id, 'paused', 'keeper', 'interrupted' FROM unnest($1::uuid[]) AS u(id)`,
      [rows.map((row) => row.id)],
    );
    await recordHalts(tx);
    const { rows: standing } = await tx.query<{ id: string }>(
      `SELECT id FROM processing_batches WHERE recipe_id IS NOT NULL AND status IN ('paused', 'halted')`,
    );
    await putBackLost(
      tx,
      standing.map((row) => row.id),
    );
    return rows;
  });
}

/** Halts that were ordered when the stack was killed, and that no workflow could record any more. */
async function recordHalts(tx: Queryable): Promise<void> {
  const { rows } = await tx.query<{ id: string; controlSeq: number; reason: string; detail: string }>(
    `UPDATE processing_batches SET status = 'halted'
     WHERE recipe_id IS NOT NULL AND status IN ('pending', 'processing', 'finalizing') AND control = 'halt'
     RETURNING id, control_seq AS "controlSeq", status_reason AS reason, status_detail AS detail`,
  );
  for (const { id, controlSeq, reason, detail } of rows) {
    const event = { batchId: id, event: 'halted', actor: 'docbatch', reason };
    await noteEvent(tx, { ...event, detail: { message: detail, controlSeq } });
    await notifyLater(tx, id, 'halted', controlSeq);
  }
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
