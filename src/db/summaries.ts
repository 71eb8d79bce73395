import type { Json } from '../domain/analyzer.ts';
import type { AggregateSpec, Summary } from '../domain/aggregate.ts';
import type { BatchSettings, Control } from '../domain/batch.ts';
import type { PaidCall } from '../domain/money.ts';
import type { Database, Queryable } from './database.ts';
import { storable } from './storable.ts';

/** One try of a batch's summary; `epoch` is its fence. */
export interface SummaryClaim {
  epoch: number;
  /** Tries that were made before. */
  attempts: number;
  spec: AggregateSpec;
  settings: BatchSettings;
  parameters: { [key: string]: Json };
  control: Control;
}

/** True when the batch wants a summary that is not there, and that has not failed for good. */
export async function isSummaryDue(db: Queryable, batchId: string): Promise<boolean> {
  const { rows } = await db.query(
    `SELECT FROM processing_batches b LEFT JOIN batch_summaries s ON s.batch_id = b.id
     WHERE b.id = $1 AND b.aggregate->'summary' <> 'null' AND COALESCE(s.state, 'due') = 'due'`,
    [batchId],
  );
  return rows.length > 0;
}

/** The right to make it; whoever had it before can save nothing any more. Null: it is not due. */
export async function claimSummary(db: Database, batchId: string): Promise<SummaryClaim | null> {
  return db.transaction(async (tx) => {
    if (!(await isSummaryDue(tx, batchId))) return null;
    const { rows } = await tx.query<SummaryClaim>(
      `WITH claimed AS (
         INSERT INTO batch_summaries AS s (batch_id, epoch) VALUES ($1, 1)
         ON CONFLICT (batch_id) DO UPDATE SET epoch = s.epoch + 1 WHERE s.state = 'due' RETURNING epoch, attempts
       ) SELECT c.epoch, c.attempts, b.aggregate AS spec, b.settings, b.control, r.recipe->'parameters' AS parameters
       FROM claimed c, processing_batches b JOIN recipes r ON r.id = b.recipe_id WHERE b.id = $1`,
      [batchId],
    );
    return rows[0] ?? null;
  });
}

/** It is made again, and who makes it now saves nothing any more: documents change, or it was asked for. */
export async function renewSummary(db: Queryable, batchId: string): Promise<void> {
  await db.query(
    `UPDATE batch_summaries SET state = 'due', attempts = 0, epoch = epoch + 1,
       failure_class = NULL, failure_code = NULL, failure_message = NULL WHERE batch_id = $1`,
    [batchId],
  );
}

/** What was paid for the batch as a whole. The ids make a repetition harmless; nothing more is held for this try. */
export async function paySummary(
  db: Queryable,
  fence: { batchId: string; epoch: number },
  paid: readonly (PaidCall & { id: string })[],
): Promise<void> {
  await db.query(
    `WITH paid AS (
       INSERT INTO paid_calls (id, batch_id, document_id, epoch, mode, model, profile, request_id, input_tokens, output_tokens,
                               cache_read_tokens, cache_write_tokens, cost_nano_usd)
       SELECT p.id, b.id, NULL, $2, p.mode, p.model, r.recipe->>'profile', p."requestId", p."inputTokens", p."outputTokens",
              p."cacheReadTokens", p."cacheWriteTokens", p."costNanoUsd"
       FROM processing_batches b JOIN recipes r ON r.id = b.recipe_id,
         jsonb_to_recordset($3::jsonb) AS p(id uuid, mode text, model text, "requestId" text, "inputTokens" bigint, "outputTokens" bigint,
           "cacheReadTokens" bigint, "cacheWriteTokens" bigint, "costNanoUsd" bigint)
       WHERE b.id = $1
       ON CONFLICT DO NOTHING RETURNING cost_nano_usd, input_tokens + cache_read_tokens + cache_write_tokens AS input, output_tokens, cache_read_tokens
     ), settled AS (
       DELETE FROM budget_reservations WHERE batch_id = $1 AND document_id = $1 AND epoch = $2
     )
     UPDATE processing_batches b SET cost_nano_usd = b.cost_nano_usd + n.cost, input_tokens = b.input_tokens + n.input,
       output_tokens = b.output_tokens + n.output, cache_read_tokens = b.cache_read_tokens + n.cache_read,
       calls = b.calls + n.calls, calls_ok = b.calls_ok + n.calls
     FROM (SELECT COUNT(*)::int AS calls, COALESCE(SUM(cost_nano_usd), 0)::bigint AS cost, COALESCE(SUM(input), 0)::bigint AS input,
                  COALESCE(SUM(output_tokens), 0)::bigint AS output, COALESCE(SUM(cache_read_tokens), 0)::bigint AS cache_read FROM paid) n
     WHERE b.id = $1`,
    [fence.batchId, fence.epoch, JSON.stringify(paid)],
  );
}

/** Null: it was never asked. Without `shared` only this batch's own answers count. */
export async function recallAnswer(
  db: Queryable,
  batchId: string,
  { requestSha256, shared }: { requestSha256: string; shared: boolean },
): Promise<string | null> {
  const { rows } = await db.query<{ answer: string }>(
    `SELECT answer FROM summary_answers WHERE request_sha256 = $2 AND ($3 OR batch_id = $1)
     ORDER BY batch_id = $1 DESC, created_at LIMIT 1`,
    [batchId, requestSha256, shared],
  );
  return rows[0]?.answer ?? null;
}

export async function keepAnswer(
  db: Queryable,
  batchId: string,
  { requestSha256, answer }: { requestSha256: string; answer: string },
): Promise<void> {
  await db.query(
    `INSERT INTO summary_answers (batch_id, request_sha256, answer) VALUES ($1, $2, $3)
     ON CONFLICT (batch_id, request_sha256) DO UPDATE SET answer = EXCLUDED.answer`,
    [batchId, requestSha256, storable(answer)],
  );
}

export type SummaryEnd =
  | { state: 'made'; summary: string; model: string; answersRead: number; answers: number }
  | { state: 'failed' | 'due'; failureClass: string; code: string; message: string; attempts: number };

/** Ends a try, unless another has begun since. What cut-off calls may have cost is counted as spent from now on. */
export async function endSummary(
  db: Database,
  { batchId, epoch }: { batchId: string; epoch: number },
  end: SummaryEnd,
): Promise<void> {
  const made = end.state === 'made' ? end : null;
  const failed = end.state === 'made' ? null : end;
  await db.transaction(async (tx) => {
    const { rowCount } = await tx.query(
      `UPDATE batch_summaries SET state = $3, attempts = COALESCE($4, attempts), summary = COALESCE($5, summary), model = COALESCE($6, model),
         answers_read = COALESCE($7, answers_read), answers = COALESCE($8, answers), failure_class = $9, failure_code = $10, failure_message = $11,
         made_at = CASE WHEN $3 = 'made' THEN now() ELSE made_at END
       WHERE batch_id = $1 AND epoch = $2 AND state = 'due'`,
      [
        ...[batchId, epoch, end.state, failed?.attempts ?? null],
        ...[made === null ? null : storable(made.summary), made?.model ?? null],
        ...[made?.answersRead ?? null, made?.answers ?? null],
        ...[failed?.failureClass ?? null, failed?.code ?? null, failed?.message.slice(0, 2_000) ?? null],
      ],
    );
    if (rowCount > 0 && end.state !== 'due') await settleCutOff(tx, batchId, epoch);
  });
}

/** It is not wanted any more, until it is asked for again; whoever makes it now saves nothing. */
export async function cancelSummary(tx: Queryable, batchId: string): Promise<void> {
  const { rows } = await tx.query<{ epoch: number }>(
    `INSERT INTO batch_summaries AS s (batch_id, state, failure_class, failure_code, failure_message)
     VALUES ($1, 'failed', 'permanent', 'cancelled', 'The batch was cancelled before it was made')
     ON CONFLICT (batch_id) DO UPDATE SET state = 'failed', epoch = s.epoch + 1, failure_class = EXCLUDED.failure_class,
       failure_code = EXCLUDED.failure_code, failure_message = EXCLUDED.failure_message
     RETURNING epoch`,
    [batchId],
  );
  await settleCutOff(tx, batchId, rows[0]!.epoch);
}

/** Goes with the answers that it was made of, and with all that was asked on the way. */
export async function pruneSummaries(tx: Queryable, batchIds: readonly string[]): Promise<void> {
  await tx.query('DELETE FROM summary_answers WHERE batch_id = ANY($1::uuid[])', [batchIds]);
  await tx.query(
    `UPDATE batch_summaries SET state = 'failed', summary = NULL, failure_class = 'permanent', failure_code = 'pruned',
       failure_message = 'It was deleted together with the answers that it was made of'
     WHERE batch_id = ANY($1::uuid[]) AND summary IS NOT NULL`,
    [batchIds],
  );
}

/** What cut-off calls of tries until this one may have cost is counted as spent. */
async function settleCutOff(tx: Queryable, batchId: string, epoch: number): Promise<void> {
  await tx.query(
    `WITH gone AS (
       DELETE FROM budget_reservations WHERE batch_id = $1 AND document_id = $1 AND epoch <= $2 RETURNING amount_nano_usd
     ), usual AS (
       -- The call that was answered at last was the same request, so about as dear.
       SELECT MAX(cost_nano_usd) AS cost FROM paid_calls WHERE batch_id = $1 AND document_id IS NULL
     )
     UPDATE processing_batches b SET interrupted_calls = b.interrupted_calls + n.calls, interrupted_nano_usd = b.interrupted_nano_usd + n.amount
     FROM (SELECT COUNT(*)::int AS calls, COALESCE(SUM(LEAST(amount_nano_usd, COALESCE(cost, amount_nano_usd))), 0)::bigint AS amount
           FROM gone, usual) n
     WHERE b.id = $1`,
    [batchId, epoch],
  );
}

/** Null: the batch wants none. */
export async function readSummary(db: Queryable, batchId: string): Promise<Summary | null> {
  const { rows } = await db.query<
    Omit<Summary, 'failure'> & { class: string | null; code: string | null; message: string | null }
  >(
    `SELECT CASE WHEN COALESCE(s.state, 'due') = 'due' AND s.summary IS NOT NULL THEN 'stale' ELSE COALESCE(s.state, 'due') END AS state,
       CASE WHEN s.state <> 'failed' THEN s.summary END AS text, COALESCE(s.model, b.aggregate#>>'{summary,model}') AS model, s.answers_read AS "answersRead", s.answers,
       p.calls, p.cost AS "costNanoUsd", s.failure_class AS class, s.failure_code AS code, s.failure_message AS message, s.made_at AS "madeAt"
     FROM processing_batches b LEFT JOIN batch_summaries s ON s.batch_id = b.id
     CROSS JOIN LATERAL (SELECT COUNT(*)::int AS calls, COALESCE(SUM(cost_nano_usd), 0)::bigint AS cost
                         FROM paid_calls WHERE batch_id = b.id AND document_id IS NULL) p
     WHERE b.id = $1 AND b.aggregate->'summary' <> 'null'`,
    [batchId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { class: failureClass, code, message, ...summary } = row;
  return {
    ...summary,
    failure: code === null ? null : { class: failureClass ?? '', code, message: message ?? '' },
  };
}
