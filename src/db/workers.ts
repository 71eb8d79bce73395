import type { BatchSettings, Control } from '../domain/batch.ts';
import type { Database, Queryable } from './database.ts';

export interface WorkerRow {
  id: string;
  host: string;
  pid: number;
  slots: number;
  version: string;
}

/** Enters this process; rows of dead processes on the same host (`isAlive` says) and of long silent ones go. */
export async function registerWorker(
  db: Database,
  worker: WorkerRow,
  isAlive: (pid: number) => boolean,
): Promise<void> {
  await leaveOutDowntime(db);
  const { rows } = await db.query<{ id: string; pid: number }>(
    'SELECT id, pid FROM workers WHERE host = $1',
    [worker.host],
  );
  const dead = rows.filter((row) => !isAlive(row.pid) || row.pid === worker.pid).map((row) => row.id);
  await db.query(
    `DELETE FROM workers WHERE id = ANY($1::uuid[]) OR heartbeat_at < now() - interval '10 minutes'`,
    [dead],
  );
  await db.query(
    `INSERT INTO workers (id, host, pid, slots, version) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING`,
    [worker.id, worker.host, worker.pid, worker.slots, worker.version],
  );
}

/** What passed since the last worker died was nobody's work: the clocks of batches go on from now. */
async function leaveOutDowntime(db: Queryable): Promise<void> {
  await db.query(
    `UPDATE processing_batches SET active_ms = docbatch_active_ms(active_ms, active_since, progressed_at), active_since = now()
     WHERE active_since IS NOT NULL AND NOT EXISTS (SELECT FROM workers WHERE heartbeat_at > now() - interval '5 seconds')`,
  );
}

export async function removeWorker(db: Queryable, workerId: string): Promise<void> {
  await db.query('DELETE FROM workers WHERE id = $1', [workerId]);
}

/** False when the row is gone (it was taken for dead): register again. */
export async function beat(db: Queryable, workerId: string, rssBytes: number): Promise<boolean> {
  const { rowCount } = await db.query(
    'UPDATE workers SET heartbeat_at = clock_timestamp(), rss_bytes = $2 WHERE id = $1',
    [workerId, rssBytes],
  );
  return rowCount === 1;
}

/** True when a worker, wherever it runs, gave a sign of life within the last five seconds. */
export async function hasLiveWorker(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM workers WHERE heartbeat_at > now() - interval '5 seconds' LIMIT 1`,
  );
  return rows.length > 0;
}

/** Documents that all live workers together can have in work at once. */
export async function liveSlots(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ slots: number }>(
    `SELECT COALESCE(SUM(slots), 0)::int AS slots FROM workers WHERE heartbeat_at > now() - interval '5 seconds'`,
  );
  return rows[0]!.slots;
}

/** What a worker needs of a batch; read twice a second for all its batches in one query. */
export interface BatchView {
  batchId: string;
  control: Control;
  controlNow: boolean;
  controlSeq: number;
  settings: BatchSettings;
  recipeId: number;
  analyzer: string;
  totals: { total: number; completed: number; failed: number };
  planned: boolean;
  lastChunkNo: number;
}

export async function readBatchViews(db: Queryable, batchIds: readonly string[]): Promise<BatchView[]> {
  const { rows } = await db.query<Omit<BatchView, 'totals'> & BatchView['totals']>(
    `SELECT b.id AS "batchId", b.control, b.control_now AS "controlNow", b.control_seq AS "controlSeq", b.settings, b.recipe_id AS "recipeId",
            r.recipe->>'analyzer' AS analyzer, b.total_items AS total, b.processed_items AS completed, b.failed_items AS failed,
            b.planned_at IS NOT NULL AS planned, b.last_chunk_no AS "lastChunkNo"
     FROM processing_batches b JOIN recipes r ON r.id = b.recipe_id WHERE b.id = ANY($1::uuid[])`,
    [batchIds],
  );
  return rows.map(({ total, completed, failed, ...view }) => ({
    ...view,
    totals: { total, completed, failed },
  }));
}

/** This worker's share of each batch, given how many it has or may give out until it hears; see `docbatch_grant_share`. */
export async function grantShares(
  db: Queryable,
  workerId: string,
  inUse: ReadonlyMap<string, number>,
): Promise<Map<string, number>> {
  const ids = [...inUse.keys()].sort();
  const { rows } = await db.query<{ batchId: string; granted: number }>(
    `SELECT b.id AS "batchId", docbatch_grant_share(b.id, $1, b.in_use) AS granted
     FROM (SELECT * FROM unnest($2::uuid[], $3::int[]) AS u(id, in_use) ORDER BY id) b`,
    [workerId, ids, ids.map((id) => inUse.get(id) ?? 0)],
  );
  return new Map(rows.map((row) => [row.batchId, row.granted]));
}

/** The worker has nothing of this batch any more; its share goes to the others. */
export async function releaseShare(db: Queryable, workerId: string, batchId: string): Promise<void> {
  await db.query('DELETE FROM batch_shares WHERE worker_id = $1 AND batch_id = $2', [workerId, batchId]);
}

/** Keeps the highest sum of our processes' memory that was seen while the batch ran. */
export async function notePeakRss(db: Queryable, batchIds: readonly string[]): Promise<void> {
  await db.query(
    `UPDATE processing_batches SET peak_rss_bytes = s.rss
     FROM (SELECT COALESCE(SUM(rss_bytes), 0)::bigint AS rss FROM (
             SELECT rss_bytes FROM workers WHERE heartbeat_at > now() - interval '5 seconds'
             UNION ALL SELECT rss_bytes FROM process_memory WHERE seen_at > now() - interval '5 seconds') p) s
     WHERE id = ANY($1::uuid[]) AND peak_rss_bytes < s.rss`,
    [batchIds],
  );
}
