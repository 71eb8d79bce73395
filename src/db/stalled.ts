import type { Database, Queryable } from './database.ts';
import { noteEvent, notifyLater } from './orders.ts';

/**
 * Why nothing moves in this batch although it should, or null. Only a batch that should run and has open items can
 * stall, and not while it waits for a gate, for a retry that is due later, or behind a batch of higher priority. No document
 * may take longer than its extraction and its analysis (`--timeout` each), so that a slot frees up within twice that.
 */
export async function whyStalled(db: Queryable, batchId: string): Promise<string | null> {
  const { rows } = await db.query<{
    hasWorker: boolean;
    asksProvider: boolean;
    quietMs: number;
    limitMs: number;
  }>(
    `SELECT EXISTS (SELECT 1 FROM workers WHERE heartbeat_at > now() - interval '10 seconds') AS "hasWorker",
            EXISTS (SELECT FROM provider_batches p WHERE p.batch_id = b.id AND p.state <> 'ended') AS "asksProvider",
            b.quiet_ms AS "quietMs", b.limit_ms AS "limitMs"
     FROM (SELECT *, (EXTRACT(EPOCH FROM now() - GREATEST(progressed_at, active_since, status_changed_at)) * 1000)::float8 AS quiet_ms,
                  2 * (settings->>'timeoutMs')::float8 + ${GRACE_MS} AS limit_ms
           FROM processing_batches WHERE id = $1) b
     WHERE b.status IN ('pending', 'processing') AND b.control = 'run' AND b.quiet_ms > ${WITHOUT_WORKER_MS}
       AND (b.planned_at IS NULL OR EXISTS (SELECT 1 FROM batch_items WHERE batch_id = b.id AND state IN ('pending', 'processing', 'retrying')))
       AND NOT EXISTS (SELECT 1 FROM batch_items WHERE batch_id = b.id AND state = 'retrying' AND next_attempt_at > now())
       AND NOT EXISTS (SELECT 1 FROM provider_gate WHERE closed_at IS NOT NULL
                       AND GREATEST(closed_until, probe_until) > now() - ${UNPROBED_MS} * interval '1 millisecond')
       AND NOT EXISTS (SELECT 1 FROM processing_batches o WHERE o.id <> b.id AND o.status = 'processing'
                       AND (o.settings->>'priority')::int < (b.settings->>'priority')::int
                       AND o.progressed_at > now() - b.limit_ms * interval '1 millisecond')`,
    [batchId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (!row.hasWorker) return 'no worker is alive; start one with `docbatch up` or `docbatch worker`';
  if (row.quietMs <= row.limitMs || row.asksProvider) return null;
  const minutes = Math.floor(row.quietMs / 60_000);
  return `no document was finished for ${minutes} minutes; look at \`docbatch logs worker\`, then restart the worker`;
}

/** A gate at which somebody waits is probed as soon as it may be; one that nobody probes was left by a batch that ended. */
const UNPROBED_MS = 60_000;
/** A worker that restarts is back long before. */
const WITHOUT_WORKER_MS = 30_000;
/** Beyond the time-outs of one document: killing its process, committing. */
const GRACE_MS = 60_000;

/** Sets or clears the flag; each time it comes up is audited and told to `--notify` once. */
export async function recordStalled(
  db: Database,
  batch: { id: string; controlSeq: number },
  reason: string | null,
): Promise<void> {
  if (reason === null) {
    await db.query(
      `UPDATE processing_batches SET stalled = false, stalled_reason = NULL WHERE id = $1 AND stalled`,
      [batch.id],
    );
    return;
  }
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ stalls: number; isNew: boolean }>(
      `UPDATE processing_batches b SET stalled = true, stalled_reason = $3, stalls = b.stalls + CASE WHEN was.stalled THEN 0 ELSE 1 END
       FROM (SELECT id, stalled FROM processing_batches WHERE id = $1 FOR UPDATE) was
       WHERE b.id = was.id AND b.control_seq = $2 AND b.status IN ('pending', 'processing', 'paused', 'halted', 'finalizing')
       RETURNING b.stalls, NOT was.stalled AS "isNew"`,
      [batch.id, batch.controlSeq, reason],
    );
    const [row] = rows;
    if (row?.isNew !== true) return;
    await noteEvent(tx, { batchId: batch.id, event: 'stalled', actor: 'docbatch', reason });
    await notifyLater(tx, batch.id, 'stalled', row.stalls);
  });
}
