import type { RequestStream } from '../domain/provider-batch.ts';
import type { Database, Queryable } from './database.ts';
import { WAITING } from './provider-requests.ts';
import { streamRows } from './stream-rows.ts';

/** Requests that are asked together; of each group there is at most one provider batch. */
export interface Group {
  id: string;
  batchId: string;
  state: 'sealed' | 'creating' | 'submitted' | 'ended';
  requests: number;
  sizeBytes: number;
  providerId: string | null;
  adopted: boolean;
  rejected: string[];
  sentAt: Date | null;
  /** Milliseconds since no create call can be under way any more; negative before. */
  sinceDeadlineMs: number | null;
  /** Milliseconds since it was submitted, and since it was looked at. */
  ageMs: number;
  sincePollMs: number | null;
  cancelAsked: boolean;
}

const COLUMNS = `id, batch_id AS "batchId", state, request_count AS requests, size_bytes AS "sizeBytes", provider_id AS "providerId", adopted, rejected,
  sent_at AS "sentAt", (EXTRACT(EPOCH FROM clock_timestamp() - create_deadline_at) * 1000)::float8 AS "sinceDeadlineMs",
  (EXTRACT(EPOCH FROM clock_timestamp() - COALESCE(sent_at, created_at)) * 1000)::float8 AS "ageMs",
  (EXTRACT(EPOCH FROM clock_timestamp() - polled_at) * 1000)::float8 AS "sincePollMs", cancel_asked_at IS NOT NULL AS "cancelAsked"`;

export async function openGroups(db: Queryable, batchId: string): Promise<Group[]> {
  const { rows } = await db.query<Group>(
    `SELECT ${COLUMNS} FROM provider_batches WHERE batch_id = $1 AND state <> 'ended' ORDER BY created_at`,
    [batchId],
  );
  return rows;
}

export interface SealLimits {
  requests: number;
  sizeBytes: number;
  /** Requests that the provider takes in all its batches together. */
  queueCap: number;
}

export type Sealed =
  | { group: Group }
  /** Nothing waits; or the provider's queue is full; or another group of this size is in doubt. */
  | { group: null; why: 'empty' | 'queue full' | 'in doubt' }
  /** No request fits what is left of the budget. */
  | { group: null; why: 'budget'; needed: number; spent: number; reserved: number; budget: number };

/**
 * Fixes what goes into the next provider batch: as much as the limits and the budget allow, in order of arrival. The
 * worst case of the whole group is held back until its results are in. A size that another group in doubt has is avoided.
 */
export function sealGroup(
  db: Database,
  { batchId, provider }: { batchId: string; provider: string },
  limits: SealLimits,
): Promise<Sealed> {
  return db.transaction(async (tx) => {
    await tx.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('docbatch-provider:' || $1, 0)), pg_advisory_xact_lock(hashtextextended('docbatch-budget:' || $2, 0))`,
      [provider, batchId],
    );
    const room = Math.min(limits.requests, limits.queueCap - (await queued(tx, provider)));
    if (room <= 0) return { group: null, why: 'queue full' };
    const money = await moneyOf(tx, batchId);
    const left = money.budget === null ? null : money.budget - money.spent - money.reserved;
    const { first, chosen, fits } = await chooseRequests(tx, { batchId, provider, room, left }, limits);
    if (first === null) return { group: null, why: 'empty' };
    if (!fits) {
      const { spent, reserved, budget } = money;
      return { group: null, why: 'budget', needed: first, spent, reserved, budget: budget ?? 0 };
    }
    if (chosen === null) return { group: null, why: 'in doubt' };
    const { rows } = await tx.query<Group>(
      `INSERT INTO provider_batches (batch_id, provider, request_count, size_bytes) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      [batchId, provider, chosen.n, chosen.sizeBytes],
    );
    const group = rows[0]!;
    const { rowCount } = await tx.query(
      `UPDATE provider_requests u SET provider_batch_id = $2 FROM (
         SELECT document_id, request_key FROM provider_requests r WHERE ${WAITING} ORDER BY ${ORDER} LIMIT $3) c
       WHERE u.batch_id = $1 AND u.document_id = c.document_id AND u.request_key = c.request_key AND u.provider_batch_id IS NULL`,
      [batchId, group.id, chosen.n],
    );
    // Some were taken away meanwhile (skipped, say): then nothing was done, and the next round looks again.
    if (rowCount !== chosen.n) throw new RetrySeal();
    if (money.budget !== null) {
      await tx.query(
        `INSERT INTO budget_reservations (batch_id, document_id, epoch, worker_id, amount_nano_usd) VALUES ($1, $2, 0, $2, $3)`,
        [batchId, group.id, chosen.worst],
      );
    }
    return { group };
  });
}

/** What stands around a request in the body of the create call: its id, and the names of the fields. */
const BYTES_AROUND = 63;

interface Chosen {
  n: number;
  sizeBytes: number;
  worst: number;
}

/** How many of the waiting go together; added up by the database, since they may be 100,000. `first`: its worst case. */
async function chooseRequests(
  tx: Queryable,
  { batchId, provider, room, left }: { batchId: string; provider: string; room: number; left: number | null },
  { sizeBytes }: SealLimits,
): Promise<{ first: number | null; fits: boolean; chosen: Chosen | null }> {
  const { rows } = await tx.query<{ first: number | null; fits: boolean; chosen: Chosen | null }>(
    `WITH sizes AS MATERIALIZED (
       SELECT row_number() OVER o AS n, SUM(r.size_bytes + ${BYTES_AROUND}) OVER o AS size, SUM(r.worst_nano_usd) OVER o AS worst
       FROM (SELECT * FROM provider_requests r WHERE ${WAITING} ORDER BY ${ORDER} LIMIT $2) r
       WINDOW o AS (ORDER BY ${ORDER} ROWS UNBOUNDED PRECEDING)
     ), fitting AS (
       SELECT * FROM sizes WHERE (n = 1 OR size <= $3) AND ($4::bigint IS NULL OR worst <= $4)
     )
     SELECT (SELECT worst::bigint FROM sizes WHERE n = 1) AS first, EXISTS (SELECT FROM fitting) AS fits,
       (SELECT jsonb_build_object('n', n, 'sizeBytes', size, 'worst', worst) FROM fitting WHERE n NOT IN (
          SELECT request_count FROM provider_batches WHERE provider = $5 AND state IN ('sealed', 'creating'))
        ORDER BY n DESC LIMIT 1) AS chosen`,
    [batchId, room, sizeBytes, left, provider],
  );
  return rows[0]!;
}

async function queued(tx: Queryable, provider: string): Promise<number> {
  const { rows } = await tx.query<{ queued: number }>(
    `SELECT COALESCE(SUM(request_count), 0)::int AS queued FROM provider_batches WHERE provider = $1 AND state <> 'ended'`,
    [provider],
  );
  return rows[0]!.queued;
}

/** The requests changed while they were counted. */
export class RetrySeal extends Error {
  override readonly name = 'RetrySeal';
}

const ORDER = 'r.created_at, r.document_id, r.request_key';

async function moneyOf(
  tx: Queryable,
  batchId: string,
): Promise<{ spent: number; reserved: number; budget: number | null }> {
  const { rows } = await tx.query<{ spent: number; reserved: number; budget: number | null }>(
    `SELECT b.cost_nano_usd + b.interrupted_nano_usd AS spent, (b.settings->>'budgetNanoUsd')::bigint AS budget,
            (SELECT COALESCE(SUM(v.amount_nano_usd), 0)::bigint FROM budget_reservations v WHERE v.batch_id = b.id) AS reserved
     FROM processing_batches b WHERE b.id = $1`,
    [batchId],
  );
  return rows[0]!;
}

/** Exactly one caller wins: it alone may send the create call, until the deadline. Null: another did. */
export async function beginCreate(db: Queryable, groupId: string, timeoutMs: number): Promise<Date | null> {
  const { rows } = await db.query<{ sentAt: Date }>(
    `UPDATE provider_batches SET state = 'creating', is_stale = false, sent_at = clock_timestamp(),
       create_deadline_at = clock_timestamp() + $2 * interval '1 millisecond'
     WHERE id = $1 AND state = 'sealed' RETURNING sent_at AS "sentAt"`,
    [groupId, timeoutMs],
  );
  return rows[0]?.sentAt ?? null;
}

export async function groupRequests(db: Database, groupId: string): Promise<RequestStream> {
  const { rows } = await db.query<{ count: number; sizeBytes: number }>(
    'SELECT COUNT(*)::int AS count, COALESCE(SUM(size_bytes), 0)::bigint AS "sizeBytes" FROM provider_requests WHERE provider_batch_id = $1',
    [groupId],
  );
  const sql = 'SELECT custom_id AS "customId", body FROM provider_requests WHERE provider_batch_id = $1';
  return { ...rows[0]!, read: () => streamRows(db, sql, [groupId]) };
}

/** The provider's id is known: by the answer, or because an orphan looks like it. False when someone else has that id. */
export async function recordCreated(
  db: Queryable,
  groupId: string,
  { providerId, expiresAt, adopted }: { providerId: string; expiresAt: Date; adopted: boolean },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE provider_batches SET state = 'submitted', provider_id = $2, expires_at = $3, adopted = $4
     WHERE id = $1 AND state = 'creating' AND NOT EXISTS (SELECT FROM provider_batches WHERE provider_id = $2)`,
    [groupId, providerId, expiresAt, adopted],
  );
  return rowCount > 0;
}

/** Of these provider batches, those that no row of ours knows. */
export async function unknownBatches(db: Queryable, providerIds: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT u.id FROM unnest($1::text[]) AS u(id) WHERE NOT EXISTS (SELECT FROM provider_batches WHERE provider_id = u.id)`,
    [providerIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Nothing was made: it may be sent again. Only by whom `sentAt` belongs to. */
export async function reseal(db: Queryable, groupId: string, sentAt: Date | null): Promise<void> {
  await db.query(
    `UPDATE provider_batches SET state = 'sealed' WHERE id = $1 AND state = 'creating' AND date_trunc('milliseconds', sent_at) = $2`,
    [groupId, sentAt],
  );
}

/** The results are someone else's: it goes on being looked for. */
export async function rejectAdopted(db: Queryable, groupId: string, providerId: string): Promise<void> {
  await db.query(
    `UPDATE provider_batches SET state = 'creating', provider_id = NULL, adopted = false, rejected = rejected || $2::text
     WHERE id = $1 AND state = 'submitted' AND provider_id = $2`,
    [groupId, providerId],
  );
}

export async function notePoll(db: Queryable, groupId: string, cancelAsked = false): Promise<void> {
  await db.query(
    `UPDATE provider_batches SET polled_at = clock_timestamp(),
       cancel_asked_at = CASE WHEN $2 THEN COALESCE(cancel_asked_at, clock_timestamp()) ELSE cancel_asked_at END WHERE id = $1`,
    [groupId, cancelAsked],
  );
}

/**
 * Every result is stored: what has none counts as `expired`, and the money that was held is let go. Also for a group that
 * the provider has never had, or has forgotten.
 */
export function endGroup(db: Database, group: { id: string; batchId: string }): Promise<void> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE provider_batches SET state = 'ended', ended_at = clock_timestamp() WHERE id = $1 AND state <> 'ended'`,
      [group.id],
    );
    if (rowCount === 0) return;
    await tx.query(
      `UPDATE provider_requests SET answer = '{"type": "expired"}' WHERE provider_batch_id = $1 AND answer IS NULL`,
      [group.id],
    );
    await tx.query(
      `UPDATE provider_batches SET outcomes = (SELECT jsonb_object_agg(type, n) FROM (
         SELECT answer->>'type' AS type, COUNT(*) AS n FROM provider_requests WHERE provider_batch_id = $1 GROUP BY 1) t) WHERE id = $1`,
      [group.id],
    );
    // Cancelled by us, or refused before a halted batch was resumed: it is as if it had not been asked.
    await tx.query(
      `UPDATE provider_requests r SET answer = NULL, provider_batch_id = NULL, custom_id = gen_random_uuid()
       FROM provider_batches p WHERE p.id = $1 AND r.provider_batch_id = $1 AND (
         (p.cancel_asked_at IS NOT NULL AND r.answer->>'type' <> 'succeeded') OR (p.is_stale AND r.answer->>'type' = 'errored'))`,
      [group.id],
    );
    await letMoneyGo(tx, group);
  });
}

/** The provider never heard of it, and shall not. */
export function dissolveGroup(db: Database, group: { id: string; batchId: string }): Promise<void> {
  return db.transaction(async (tx) => {
    const { rowCount } = await tx.query(`DELETE FROM provider_batches WHERE id = $1 AND state = 'sealed'`, [
      group.id,
    ]);
    if (rowCount === 0) return;
    await tx.query('UPDATE provider_requests SET provider_batch_id = NULL WHERE provider_batch_id = $1', [
      group.id,
    ]);
    await letMoneyGo(tx, group);
  });
}

/**
 * The provider finds it too large: half of it stays sealed, the rest waits for another group. A single request has its
 * answer by that. Only by whom `sentAt` belongs to.
 */
export function halveGroup(
  db: Database,
  { id, batchId, requests }: Pick<Group, 'id' | 'batchId' | 'requests'>,
  sentAt: Date,
): Promise<void> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ provider: string }>(
      `SELECT provider FROM provider_batches WHERE id = $1 AND state = 'creating' AND date_trunc('milliseconds', sent_at) = $2 FOR UPDATE`,
      [id, sentAt],
    );
    if (rows[0] === undefined) return;
    if (requests === 1) {
      const error = { type: 'request_too_large', message: 'The request is larger than the provider takes' };
      const answer = JSON.stringify({ type: 'errored', error: { type: 'error', error } });
      await tx.query('UPDATE provider_requests SET answer = $2 WHERE provider_batch_id = $1', [id, answer]);
      await tx.query(
        `UPDATE provider_batches SET state = 'ended', ended_at = clock_timestamp() WHERE id = $1`,
        [id],
      );
      await letMoneyGo(tx, { id, batchId });
      return;
    }
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('docbatch-provider:' || $1, 0))`, [
      rows[0].provider,
    ]);
    const { rows: kept } = await tx.query<{ kept: number }>(
      `SELECT n AS kept FROM generate_series(1, $2::int / 2) n WHERE n NOT IN (
         SELECT request_count FROM provider_batches WHERE provider = $1 AND state IN ('sealed', 'creating'))
       ORDER BY n DESC LIMIT 1`,
      [rows[0].provider, requests],
    );
    await tx.query(
      `UPDATE provider_requests SET provider_batch_id = NULL WHERE custom_id IN (
         SELECT custom_id FROM provider_requests r WHERE provider_batch_id = $1 ORDER BY ${ORDER} OFFSET $2)`,
      [id, kept[0]?.kept ?? 0],
    );
    if (kept[0] === undefined) {
      await tx.query('DELETE FROM provider_batches WHERE id = $1', [id]);
      await letMoneyGo(tx, { id, batchId });
      return;
    }
    await tx.query(
      `WITH rest AS (SELECT COUNT(*) AS n, SUM(size_bytes + ${BYTES_AROUND}) AS size, SUM(worst_nano_usd) AS worst
         FROM provider_requests WHERE provider_batch_id = $1), held AS (
         UPDATE budget_reservations v SET amount_nano_usd = rest.worst FROM rest WHERE v.batch_id = $2 AND v.document_id = $1 AND v.epoch = 0)
       UPDATE provider_batches SET state = 'sealed', request_count = rest.n, size_bytes = rest.size FROM rest WHERE id = $1`,
      [id, batchId],
    );
  });
}

async function letMoneyGo(tx: Queryable, group: { id: string; batchId: string }): Promise<void> {
  await tx.query('DELETE FROM budget_reservations WHERE batch_id = $1 AND document_id = $2 AND epoch = 0', [
    group.batchId,
    group.id,
  ]);
}
