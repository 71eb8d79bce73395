import type { BatchCounts, BatchSettings, BatchStatus } from '../domain/batch.ts';
import type { UnknownCalls } from '../domain/money.ts';
import type { Queryable } from './database.ts';
import { isParked } from './is-parked.ts';
import { isSummaryDue } from './summaries.ts';
import { unknownCallsOf } from './unknown-calls.ts';
import type { ProviderStatus } from './provider-status.ts';
import { providerStatus } from './provider-status.ts';

/** Money and tokens of a batch; all zero where nothing is paid. */
export interface BatchMoney {
  spentNanoUsd: number;
  /** Calls that a kill cut off: perhaps billed, and counted as spent. */
  interruptedNanoUsd: number;
  unknown: UnknownCalls;
  /** The worst case of the calls in flight; only with a budget. */
  reservedNanoUsd: number;
  budgetNanoUsd: number | null;
  /** Cached ones too. */
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
}

export interface BatchSnapshot {
  id: string;
  name: string;
  status: BatchStatus;
  reason: string | null;
  detail: string | null;
  analyzer: string;
  profile: string | null;
  model: string | null;
  /** What becomes of documents that give orders to the model; null where there is none. */
  onInjection: string | null;
  money: BatchMoney;
  /** What is asked by the batch and not accounted for yet; null when nothing is. */
  provider: ProviderStatus | null;
  settings: BatchSettings;
  planned: boolean;
  counts: BatchCounts;
  /** Of those `processing`: they wait for provider batches, in no worker. */
  parked: number;
  /** Every document is done, and the summary of them all is being made. */
  summarizing: boolean;
  /** Failed items by code, most first. */
  failures: { code: string; count: number }[];
  /** Time in `processing`, without pauses and halts. */
  activeMs: number;
  calls: number;
  callsOk: number;
  retryCalls: number;
  retryCallsOk: number;
  peakRssBytes: number;
  stalled: boolean;
  /** Why nothing moves and what to do, while `stalled`. */
  stalledReason: string | null;
  createdAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
}

/** Everything a screen shows of a batch, counted over its items. */
export async function batchSnapshot(db: Queryable, batchId: string): Promise<BatchSnapshot> {
  const { rows } = await db.query<
    Omit<BatchSnapshot, 'counts' | 'parked' | 'summarizing' | 'failures' | 'money' | 'provider'> & BatchMoney
  >(
    `SELECT b.id, COALESCE(b.batch_name, b.id::text) AS name, b.status, b.status_reason AS reason, b.status_detail AS detail,
            r.recipe->>'analyzer' AS analyzer, r.recipe->>'profile' AS profile, r.recipe->>'model' AS model, r.recipe#>>'{parameters,profile,onInjection}' AS "onInjection",
            b.cost_nano_usd AS "spentNanoUsd", b.interrupted_nano_usd AS "interruptedNanoUsd", (SELECT to_json(u) FROM ${unknownCallsOf('b')} u) AS unknown,
            (SELECT COALESCE(SUM(amount_nano_usd), 0)::bigint FROM budget_reservations v WHERE v.batch_id = b.id) AS "reservedNanoUsd",
            (b.settings->>'budgetNanoUsd')::bigint AS "budgetNanoUsd",
            b.input_tokens AS "inputTokens", b.output_tokens AS "outputTokens", b.cache_read_tokens AS "cacheReadTokens", b.settings, b.planned_at IS NOT NULL AS planned,
            docbatch_active_ms(b.active_ms, b.active_since, b.progressed_at) AS "activeMs",
            b.calls, b.calls_ok AS "callsOk", b.retry_calls AS "retryCalls", b.retry_calls_ok AS "retryCallsOk",
            b.peak_rss_bytes AS "peakRssBytes", b.stalled, b.stalled_reason AS "stalledReason", b.created_at AS "createdAt", b.started_at AS "startedAt", b.completed_at AS "completedAt"
     FROM processing_batches b LEFT JOIN recipes r ON r.id = b.recipe_id WHERE b.id = $1`,
    [batchId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`Batch ${batchId} is not in the database`);
  const { rows: states } = await db.query<{ state: keyof BatchCounts; count: number; parked: number }>(
    `SELECT state, COUNT(*)::int AS count, COUNT(*) FILTER (WHERE ${isParked('i')})::int AS parked
     FROM batch_items i WHERE batch_id = $1 GROUP BY state`,
    [batchId],
  );
  const { rows: failures } = await db.query<{ code: string; count: number }>(
    `SELECT failure_code AS code, COUNT(*)::int AS count FROM batch_items WHERE batch_id = $1 AND state = 'failed' GROUP BY 1 ORDER BY 2 DESC, 1`,
    [batchId],
  );
  const counts: BatchCounts = {
    total: 0,
    completed: 0,
    review: 0,
    failed: 0,
    skipped: 0,
    cancelled: 0,
    pending: 0,
    processing: 0,
    retrying: 0,
  };
  let parked = 0;
  for (const { state, count, parked: parkedOfState } of states) {
    counts[state] = count;
    counts.total += count;
    parked += parkedOfState;
  }
  const { spentNanoUsd, interruptedNanoUsd, unknown, reservedNanoUsd, budgetNanoUsd, ...rest } = row;
  const { inputTokens, outputTokens, cacheReadTokens, ...batch } = rest;
  const tokens = { inputTokens, outputTokens, cacheReadTokens };
  const money = { spentNanoUsd, interruptedNanoUsd, unknown, reservedNanoUsd, budgetNanoUsd, ...tokens };
  const open = counts.pending + counts.processing + counts.retrying + counts.review;
  const isDone = batch.status === 'processing' && batch.planned && open === 0;
  const summarizing = isDone && (await isSummaryDue(db, batchId));
  const provider = await providerStatus(db, batchId);
  return { ...batch, money, counts, parked, summarizing, failures, provider };
}
