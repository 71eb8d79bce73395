import type { PaidCall } from '../domain/money.ts';
import type { ProviderAnswer, ProviderResult, RecordedAnswers } from '../domain/provider-batch.ts';
import type { Database, Queryable } from './database.ts';
import { isParked } from './is-parked.ts';
import { storableJson } from './storable.ts';

/** What provider batches have answered about these documents. */
export async function recordedAnswers(
  db: Queryable,
  batchId: string,
  documentIds: readonly string[],
): Promise<Map<string, RecordedAnswers>> {
  const { rows } = await db.query<{ id: string; key: string; customId: string; answer: ProviderAnswer }>(
    `SELECT document_id AS id, request_key AS key, custom_id AS "customId", answer FROM provider_requests
     WHERE batch_id = $1 AND document_id = ANY($2::uuid[]) AND answer IS NOT NULL`,
    [batchId, documentIds],
  );
  const byDocument = new Map<string, Map<string, ProviderAnswer & { customId: string }>>();
  for (const { id, key, customId, answer } of rows) {
    const answers = byDocument.get(id) ?? new Map<string, ProviderAnswer & { customId: string }>();
    answers.set(key, { ...answer, customId });
    byDocument.set(id, answers);
  }
  return byDocument;
}

export interface Waiting {
  requests: number;
  sizeBytes: number;
  /** Milliseconds since the first of them came. */
  oldestMs: number;
  /** Documents on their way that may ask something, too. */
  moreToCome: boolean;
  /** Documents wait for answers. */
  parked: boolean;
}

/**
 * What waits to be asked; null when the batch was deleted. `most` counts also what is asked for another document already,
 * and what nobody wants any more: a twentieth of the work where 100,000 wait.
 */
export async function waitingRequests(
  db: Queryable,
  batchId: string,
  which: 'most' | 'exact',
): Promise<Waiting | null> {
  const { rows } = await db.query<Waiting>(
    `SELECT w.requests, w.size AS "sizeBytes", COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - w.oldest) * 1000, 0)::float8 AS "oldestMs",
       b.planned_at IS NULL
         OR EXISTS (SELECT FROM batch_items i WHERE i.batch_id = $1 AND i.state IN ('pending', 'processing') AND NOT ${isParked('i')})
         OR EXISTS (SELECT FROM batch_items i WHERE i.batch_id = $1 AND i.state = 'retrying' AND i.next_attempt_at < now() + interval '1 minute')
         AS "moreToCome",
       EXISTS (SELECT FROM batch_items i WHERE i.batch_id = $1 AND ${isParked('i')}) AS parked
     FROM processing_batches b, (
       SELECT COUNT(*)::int AS requests, COALESCE(SUM(size_bytes), 0)::bigint AS size, MIN(created_at) AS oldest
       FROM provider_requests r WHERE ${which === 'most' ? NOT_ASKED : WAITING}) w
     WHERE b.id = $1`,
    [batchId],
  );
  return rows[0] ?? null;
}

const isWanted = (r: string) => `EXISTS (
  SELECT FROM batch_items i WHERE i.batch_id = ${r}.batch_id AND i.document_id = ${r}.document_id AND ${isParked('i')})`;

const NOT_ASKED = 'r.batch_id = $1 AND r.provider_batch_id IS NULL AND r.answer IS NULL';

/** Of documents that are still wanted, and not asked already for another document with the same content. */
export const WAITING = `${NOT_ASKED} AND ${isWanted('r')} AND NOT EXISTS (
  SELECT FROM provider_requests o
  WHERE o.batch_id = r.batch_id AND o.request_key = r.request_key AND o.document_id <> r.document_id AND o.answer IS NULL
    AND (o.provider_batch_id IS NOT NULL OR (o.document_id < r.document_id AND ${isWanted('o')})))`;

/**
 * Keeps some results of a group, and what they cost, each once; answers with how many of them are the group's own. What
 * was not asked in it is left alone.
 */
export function storeResults(
  db: Database,
  group: { id: string; batchId: string },
  results: readonly ProviderResult[],
): Promise<number> {
  return db.transaction(async (tx) => {
    const given = results.map(({ customId, answer, paid }) => ({ custom_id: customId, answer, paid }));
    const { rows } = await tx.query<{ matched: number; bill: Bill | null }>(STORE, [
      group.batchId,
      group.id,
      storableJson(given),
    ]);
    const { matched, bill } = rows[0]!;
    if (bill !== null && bill.cost > 0) {
      await tx.query(
        `UPDATE processing_batches SET cost_nano_usd = cost_nano_usd + $2, input_tokens = input_tokens + $3,
           output_tokens = output_tokens + $4, cache_read_tokens = cache_read_tokens + $5, progressed_at = clock_timestamp() WHERE id = $1`,
        [group.batchId, bill.cost, bill.input, bill.output, bill.cacheRead],
      );
    }
    return matched;
  });
}

interface Bill {
  cost: number;
  input: number;
  output: number;
  cacheRead: number;
}

type Paid = keyof PaidCall;
const PAID_COLUMNS = (
  [
    ['model', 'text'],
    ['inputTokens', 'bigint'],
    ['outputTokens', 'bigint'],
    ['cacheReadTokens', 'bigint'],
    ['cacheWriteTokens', 'bigint'],
    ['costNanoUsd', 'bigint'],
  ] as const satisfies readonly (readonly [Paid, string])[]
)
  .map(([name, type]) => `"${name}" ${type}`)
  .join(', ');

const STORE = `
WITH given AS MATERIALIZED (
  -- As what the index holds: else each page would read the whole group. What is no id of ours matches nothing.
  SELECT CASE WHEN g.custom_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN g.custom_id::uuid END AS custom_id, answer, paid
  FROM jsonb_to_recordset($3::jsonb) AS g(custom_id text, answer jsonb, paid jsonb)
), mine AS MATERIALIZED (
  SELECT r.document_id, r.request_key, r.custom_id, r.answer IS NULL AS is_new, g.answer, g.paid
  FROM provider_requests r JOIN given g ON g.custom_id = r.custom_id
  WHERE r.provider_batch_id = $2 ORDER BY r.custom_id FOR UPDATE OF r
), stored AS (
  UPDATE provider_requests r SET answer = m.answer, body = CASE WHEN m.answer->>'type' = 'succeeded' THEN NULL ELSE r.body END
  FROM mine m WHERE r.custom_id = m.custom_id AND m.is_new
), shared AS (
  -- The same question about the same content: asked once, and paid once.
  UPDATE provider_requests r SET answer = m.answer, body = NULL
  FROM mine m WHERE r.batch_id = $1 AND r.request_key = m.request_key AND r.custom_id <> m.custom_id
    AND r.provider_batch_id IS NULL AND r.answer IS NULL AND m.answer->>'type' = 'succeeded'
), paid AS (
  INSERT INTO paid_calls (id, batch_id, document_id, epoch, mode, model, profile, request_id, input_tokens, output_tokens,
                          cache_read_tokens, cache_write_tokens, cost_nano_usd)
  SELECT m.custom_id, $1, m.document_id, i.epoch, 'batch', p.model, c.recipe->>'profile', m.custom_id::text, p."inputTokens",
         p."outputTokens", p."cacheReadTokens", p."cacheWriteTokens", p."costNanoUsd"
  FROM mine m JOIN batch_items i ON i.batch_id = $1 AND i.document_id = m.document_id
    JOIN processing_batches b ON b.id = $1 JOIN recipes c ON c.id = b.recipe_id
    CROSS JOIN LATERAL jsonb_to_record(m.paid) AS p(${PAID_COLUMNS})
  WHERE m.is_new AND jsonb_typeof(m.paid) = 'object'
  ON CONFLICT DO NOTHING RETURNING cost_nano_usd, input_tokens + cache_read_tokens + cache_write_tokens AS input, output_tokens, cache_read_tokens
)
SELECT (SELECT COUNT(*)::int FROM mine) AS matched,
  (SELECT jsonb_build_object('cost', COALESCE(SUM(cost_nano_usd), 0), 'input', COALESCE(SUM(input), 0), 'output', COALESCE(SUM(output_tokens), 0),
                             'cacheRead', COALESCE(SUM(cache_read_tokens), 0)) FROM paid) AS bill`;

/**
 * Documents whose requests are all answered are to be done again, in new chunks; with `isLate` also those whose requests
 * are not at the provider (any more). Their epoch is raised: a commit that left them to the provider, and is repeated, must
 * not do it twice. Returns how many they are.
 */
export function releaseAnswered(
  db: Database,
  { batchId, batchSize, isLate }: { batchId: string; batchSize: number; isLate: boolean },
): Promise<number> {
  return db.transaction(async (tx) => {
    const { rows } = await tx.query<{ released: number; lastChunkNo: number | null }>(
      `WITH ready AS MATERIALIZED (
         SELECT i.document_id, i.priority, i.position FROM batch_items i
         WHERE i.batch_id = $1 AND ${isParked('i')} AND NOT EXISTS (
           SELECT FROM provider_requests r WHERE r.batch_id = i.batch_id AND r.document_id = i.document_id AND (${isStale('r')}
             OR (r.answer IS NULL AND ($3 IS FALSE OR EXISTS (
               SELECT FROM provider_requests o WHERE o.batch_id = r.batch_id AND o.request_key = r.request_key
                 AND o.answer IS NULL AND o.provider_batch_id IS NOT NULL)))))
         ORDER BY i.document_id FOR UPDATE OF i
       ), released AS (
         UPDATE batch_items i SET state = 'pending', stage = NULL, epoch = epoch + 1,
           chunk_no = b.last_chunk_no + 1 + ((n.n - 1) / $2::int)::int
         FROM (SELECT document_id, row_number() OVER (ORDER BY priority, position) AS n FROM ready) n, processing_batches b
         WHERE b.id = $1 AND i.batch_id = $1 AND i.document_id = n.document_id RETURNING i.chunk_no
       )
       SELECT COUNT(*)::int AS released, MAX(chunk_no) AS "lastChunkNo" FROM released`,
      [batchId, batchSize, isLate],
    );
    const { released, lastChunkNo } = rows[0]!;
    if (lastChunkNo === null) return 0;
    await tx.query(
      'UPDATE processing_batches SET last_chunk_no = GREATEST(last_chunk_no, $2), progressed_at = clock_timestamp() WHERE id = $1',
      [batchId, lastChunkNo],
    );
    return released;
  });
}

/** Refused in a group that is not over, and was sent before the halt: it will be asked again. */
const isStale = (r: string) => `(${r}.answer->>'type' = 'errored' AND EXISTS (
  SELECT FROM provider_batches p WHERE p.id = ${r}.provider_batch_id AND p.is_stale AND p.state <> 'ended'))`;

/**
 * What provider batches refused is forgotten, since it was not billed: an empty balance stands in every answer of a group,
 * and would halt the batch again after the cause is gone. Of groups that are under way, too: see `endGroup`.
 */
export async function askRefusedAgain(tx: Queryable, batchId: string): Promise<void> {
  await tx.query(`DELETE FROM provider_requests WHERE batch_id = $1 AND answer->>'type' = 'errored'`, [
    batchId,
  ]);
  await tx.query(
    `UPDATE provider_batches SET is_stale = true WHERE batch_id = $1 AND state IN ('creating', 'submitted')`,
    [batchId],
  );
}
