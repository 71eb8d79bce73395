import type { Json } from '../domain/analyzer.ts';
import type { BatchSettings, Control } from '../domain/batch.ts';
import type { Extraction } from '../domain/extraction.ts';
import type { FailureClass } from '../domain/failure.ts';
import type { PaidCall } from '../domain/money.ts';
import type { KeptAnswer, ProviderRequest } from '../domain/provider-batch.ts';
import { BAD_REQUEST } from '../domain/systematic-refusal.ts';
import type { Database, Queryable } from './database.ts';
import { isOverBudgetSql, overBudgetSql } from './failure-budget.ts';
import { isParked } from './is-parked.ts';
import { MEMBERS } from './commit-members.ts';
import { MONEY } from './commit-money.ts';
import { REQUESTS } from './commit-requests.ts';
import { haltOnRefusals } from './refusals.ts';
import { storableJson } from './storable.ts';
import type { Unwritten } from './unwritten-outputs.ts';
import { haltUnwritten } from './unwritten-outputs.ts';

/** What became of one try of one document, as it goes into the group commit. */
export interface Outcome {
  documentId: string;
  epoch: number;
  /** `control_seq` of the order under which it was asked: a critical failure from before a `resume` halts nothing. */
  controlSeq: number;
  /** The state it was claimed in; a retried item keeps `retrying` while it runs. */
  from: 'processing' | 'retrying';
  /**
   * `pending` puts the item back without an attempt (critical failures). `parked` leaves it to a provider batch: with
   * `requests` that were never asked, or with a failure, after which those that did not succeed are asked again.
   */
  state: 'completed' | 'review' | 'failed' | 'retrying' | 'pending' | 'parked';
  failure: {
    failureClass: FailureClass;
    code: string;
    stage: string;
    message: string;
    context: Record<string, unknown>;
  } | null;
  /** Milliseconds until the next try, for `retrying`. */
  nextAttemptMs: number | null;
  durationMs: number;
  cached: boolean;
  contentSha256: string | null;
  mimeType: string | null;
  sizeBytes: number | null;
  result: Json | undefined;
  /** Text that was extracted in this try and is not stored yet. */
  text: Extraction | null;
  /** Documents inside this one; they become items of the same batch. */
  children: ChildDocument[];
  calls: number;
  callsOk: number;
  isRetry: boolean;
  /** Calls of this try that were billed; counted whoever owns the document by now, and each once. */
  paid: (PaidCall & { id: string })[];
  /** The worst case of a call that gave no answer and may have been billed: it stays reserved. 0: none. */
  lostNanoUsd: number;
  /** Only of a `parked` document. */
  requests: readonly ProviderRequest[];
  /** Answers that were paid for; they are kept for the next try when there is one. */
  kept: readonly KeptAnswer[];
}

export interface ChildDocument {
  uri: string;
  name: string;
  /** What leads from its parent to it. */
  path: string;
  mimeType: string;
  sizeBytes: number;
}

export interface CommitResult {
  /** Ids that were ours and are written; the others belong to someone else by now and were dropped. */
  written: Set<string>;
  control: Control;
  controlNow: boolean;
  controlSeq: number;
  settings: BatchSettings;
  totals: { total: number; completed: number; failed: number };
  planned: boolean;
  lastChunkNo: number;
}

export interface CommittingBatch {
  batchId: string;
  /** Name of the analyzer. */
  analyzer: string;
  /** False: its analyzer bills nothing and leaves nothing to a provider, so there is no such row of any document. @default true */
  isBilled?: boolean;
  /** Files of these outcomes that are not there: the batch halts. @default null */
  unwritten?: Unwritten | null;
}

/**
 * One transaction for a group of outcomes: items (in id order, only where epoch and state still match),
 * results, errors and documents of the written ones, new items for the documents inside them, and last the counters, the failure budget and the halt order.
 * Safe to repeat: a second run of the same group matches nothing. Throws when the database refuses a value (class 22, 23).
 */
export async function commitOutcomes(
  db: Database,
  batch: CommittingBatch,
  outcomes: readonly Outcome[],
): Promise<CommitResult> {
  const { batchId, unwritten = null } = batch;
  const hasBadRequest = outcomes.some(isBadRequest);
  if (!hasBadRequest && unwritten === null) return commitGroup(db, batch, outcomes);
  return db.transaction(async (tx) => {
    const result = await commitGroup(tx, batch, outcomes);
    const halt = hasBadRequest ? await haltOnRefusals(tx, batchId) : null;
    const missing = [...result.written].filter((id) => unwritten?.documentIds.has(id) === true);
    const stop = missing.length === 0 ? null : await haltUnwritten(tx, batchId, missing, unwritten!.why);
    return { ...result, ...halt, ...stop };
  });
}

function isBadRequest({ failure }: Outcome): boolean {
  return failure?.failureClass === 'permanent' && failure.context.status === BAD_REQUEST;
}

async function commitGroup(
  db: Queryable,
  batch: CommittingBatch,
  outcomes: readonly Outcome[],
): Promise<CommitResult> {
  const input = outcomes.map((outcome) => ({
    document_id: outcome.documentId,
    epoch: outcome.epoch,
    from_state: outcome.from,
    control_seq: outcome.controlSeq,
    state: outcome.state,
    failure_class: outcome.failure?.failureClass ?? null,
    failure_code: outcome.failure?.code ?? null,
    failure_stage: outcome.failure?.stage ?? null,
    failure_message: outcome.failure?.message.slice(0, 2_000) ?? null,
    context: outcome.failure?.context ?? null,
    next_attempt_ms: outcome.nextAttemptMs,
    duration_ms: Math.round(outcome.durationMs),
    cached: outcome.cached,
    content_sha256: outcome.contentSha256,
    mime_type: outcome.mimeType,
    size_bytes: outcome.sizeBytes,
    result: outcome.result ?? null,
    text: outcome.text === null ? null : withoutMarkdown(outcome.text),
    markdown: outcome.text?.markdown ?? null,
    children: outcome.children.length === 0 ? null : outcome.children,
    calls: outcome.calls,
    calls_ok: outcome.callsOk,
    is_retry: outcome.isRetry,
    ...(outcome.paid.length === 0 ? {} : { paid: outcome.paid, cost: sumOf(outcome.paid) }),
    ...(outcome.requests.length === 0 ? {} : { requests: outcome.requests }),
    ...(outcome.kept.length === 0 || !hasNextTry(outcome) ? {} : { kept: outcome.kept }),
    ...(outcome.lostNanoUsd === 0 ? {} : { lost: outcome.lostNanoUsd }),
  }));
  const { rows } = await db.query<{
    written: string[] | null;
    control: Control;
    controlNow: boolean;
    controlSeq: number;
    settings: BatchSettings;
    total: number;
    completed: number;
    failed: number;
    planned: boolean;
    lastChunkNo: number;
  }>(statementFor(batch, outcomes), [batch.batchId, batch.analyzer, storableJson(input)]);
  const row = rows[0];
  if (row === undefined) throw new Error(`Batch ${batch.batchId} is not in the database`);
  const { written, total, completed, failed, ...orders } = row;
  return { ...orders, written: new Set(written ?? []), totals: { total, completed, failed } };
}

function hasNextTry({ state }: Outcome): boolean {
  return state === 'pending' || state === 'retrying';
}

function sumOf(paid: readonly PaidCall[]): number {
  return paid.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
}

function withoutMarkdown({ markdown: _markdown, ...rest }: Extraction): Omit<Extraction, 'markdown'> {
  return rest;
}

/** Nothing was tried that counts as an attempt. */
const NO_TRY = `(n.state = 'pending' OR (n.state = 'parked' AND n.failure_code IS NULL))`;

/** What was asked before the batch was told to go on says nothing of now. */
const IS_CRITICAL = '(d.critical_seq >= b.control_seq) IS TRUE';

const NEW_MEMBERS = `total_items = b.total_items + (SELECT COUNT(*)::int FROM member_items),
  last_chunk_no = GREATEST(b.last_chunk_no, (SELECT MAX(chunk_no) FROM member_items)),
  `;

const NEW_BILLS = `cost_nano_usd = b.cost_nano_usd + bill.cost,
  input_tokens = b.input_tokens + bill.input,
  output_tokens = b.output_tokens + bill.output,
  cache_read_tokens = b.cache_read_tokens + bill.cache_read,
  interrupted_nano_usd = b.interrupted_nano_usd + cut_off.amount,
  interrupted_calls = b.interrupted_calls + cut_off.calls,
  `;

/** Planning the statement costs PostgreSQL more than running it: it holds only what this group may need. */
function statementFor({ isBilled = true }: CommittingBatch, outcomes: readonly Outcome[]): string {
  const hasMembers = outcomes.some(({ children }) => children.length > 0);
  const mayHaveBill = isBilled || outcomes.some((outcome) => hasBill(outcome) || leavesRequests(outcome));
  return STATEMENTS[`${mayHaveBill}/${hasMembers}`];
}

/** What must be committed, even when nothing came of the try. */
export function hasBill({ paid, lostNanoUsd }: Pick<Outcome, 'paid' | 'lostNanoUsd'>): boolean {
  return paid.length > 0 || lostNanoUsd > 0;
}

function leavesRequests({ requests, kept }: Outcome): boolean {
  return requests.length > 0 || kept.length > 0;
}

type Needs = `${boolean}/${boolean}`;

function commitSql(isBilled: boolean, hasMembers: boolean): string {
  return `
WITH input AS MATERIALIZED (
  SELECT * FROM jsonb_to_recordset($3::jsonb) AS r(
    document_id uuid, epoch int, control_seq int, from_state text, state text, failure_class text, failure_code text, failure_stage text,
    failure_message text, context jsonb, next_attempt_ms int, duration_ms int, cached boolean, content_sha256 text,
    mime_type text, size_bytes bigint, result jsonb, text jsonb, markdown text, children jsonb, calls int, calls_ok int, is_retry boolean,
    paid jsonb, cost bigint, lost bigint, requests jsonb, kept jsonb)
), ours AS MATERIALIZED (
  -- In id order, so that two groups that overlap never deadlock. A retried item that was committed has no started_at
  -- any more, so a repeated commit matches nothing. The epoch is the whole fence: an item that was put back because its
  -- worker was taken for dead, and that nobody claimed since, still takes the answer that was paid for.
  SELECT i.document_id FROM batch_items i JOIN input n ON n.document_id = i.document_id
  WHERE i.batch_id = $1 AND i.epoch = n.epoch
    AND CASE n.from_state WHEN 'retrying' THEN i.state = 'retrying' AND i.started_at IS NOT NULL
        ELSE i.state = 'processing' OR (i.state = 'pending' AND n.state <> 'pending') END
    -- Nor does a repeated commit of a document that was left to a provider batch.
    AND NOT ${isParked('i')}
  ORDER BY i.document_id FOR UPDATE OF i
), changed AS (
  UPDATE batch_items i SET
    state = CASE WHEN n.state = 'pending' AND n.from_state = 'retrying' THEN 'retrying' WHEN n.state = 'parked' THEN 'processing' ELSE n.state END,
    stage = CASE WHEN n.state = 'parked' THEN 'provider' END,
    retry_run = CASE WHEN n.state <> 'parked' THEN i.retry_run END,
    retry_call = CASE WHEN n.state <> 'parked' THEN i.retry_call END,
    failure_class = CASE WHEN ${NO_TRY} THEN i.failure_class ELSE n.failure_class END,
    failure_code = CASE WHEN ${NO_TRY} THEN i.failure_code ELSE n.failure_code END,
    failure_stage = CASE WHEN ${NO_TRY} THEN i.failure_stage ELSE n.failure_stage END,
    failure_message = CASE WHEN ${NO_TRY} THEN i.failure_message ELSE n.failure_message END,
    attempts = i.attempts + CASE WHEN ${NO_TRY} THEN 0 ELSE 1 END,
    crash_count = CASE WHEN n.state = 'pending' THEN i.crash_count ELSE 0 END,
    next_attempt_at = CASE WHEN n.state = 'retrying' THEN clock_timestamp() + n.next_attempt_ms * interval '1 millisecond' END,
    cached = n.cached,
    content_sha256 = COALESCE(n.content_sha256, i.content_sha256),
    started_at = CASE WHEN n.state IN ('completed', 'failed', 'review') THEN clock_timestamp() - n.duration_ms * interval '1 millisecond' END,
    finished_at = CASE WHEN n.state IN ('completed', 'failed') THEN clock_timestamp() END,
    duration_ms = CASE WHEN ${NO_TRY} THEN i.duration_ms ELSE n.duration_ms END
  FROM input n JOIN ours o ON o.document_id = n.document_id
  WHERE i.batch_id = $1 AND i.document_id = n.document_id
  RETURNING i.document_id, n.state, i.attempts
), results AS (
  -- What was said of a text that was not read to its end is no answer for other documents; see partialVersion.
  INSERT INTO document_results (batch_id, document_id, analyzer, recipe_id, content_sha256, result, reusable)
  SELECT $1, n.document_id, $2, b.recipe_id, COALESCE(n.content_sha256, ''), n.result,
         COALESCE(n.text->>'extractorVersion',
                  (SELECT t.extractor_version FROM document_texts t WHERE t.content_sha256 = n.content_sha256), '')
           NOT LIKE '%+partial'
  FROM changed c JOIN input n ON n.document_id = c.document_id, processing_batches b
  WHERE b.id = $1 AND c.state IN ('completed', 'review')
  ON CONFLICT (batch_id, document_id) DO UPDATE SET analyzer = EXCLUDED.analyzer, recipe_id = EXCLUDED.recipe_id,
    content_sha256 = EXCLUDED.content_sha256, result = EXCLUDED.result, reusable = EXCLUDED.reusable, created_at = now()
), texts AS (
  INSERT INTO document_texts (content_sha256, extractor_version, extraction, markdown)
  SELECT DISTINCT ON (n.content_sha256) n.content_sha256, n.text->>'extractorVersion', n.text, n.markdown
  FROM changed c JOIN input n ON n.document_id = c.document_id
  WHERE n.markdown IS NOT NULL AND n.content_sha256 IS NOT NULL
  ORDER BY n.content_sha256
  ON CONFLICT (content_sha256) DO UPDATE SET extractor_version = EXCLUDED.extractor_version, extraction = EXCLUDED.extraction,
    markdown = EXCLUDED.markdown, created_at = now() WHERE document_texts.extractor_version <> EXCLUDED.extractor_version
), errors AS (
  -- A critical failure costs no attempt and has none: it is about the batch.
  INSERT INTO processing_errors (batch_id, document_id, error_category, error_type, stage, attempt, message, context)
  SELECT $1, n.document_id, n.failure_class, n.failure_code, n.failure_stage,
         CASE WHEN c.state = 'pending' THEN NULL ELSE c.attempts END, n.failure_message, n.context
  FROM changed c JOIN input n ON n.document_id = c.document_id
  WHERE n.failure_code IS NOT NULL
  ON CONFLICT DO NOTHING
), documents AS (
  UPDATE file_document d SET
    status = CASE c.state WHEN 'completed' THEN 'processed' WHEN 'failed' THEN 'failed' WHEN 'retrying' THEN 'processing' WHEN 'parked' THEN 'processing' WHEN 'review' THEN 'processing' ELSE 'pending' END,
    mime_type = COALESCE(n.mime_type, d.mime_type),
    size_bytes = COALESCE(n.size_bytes, d.size_bytes),
    content_sha256 = COALESCE(n.content_sha256, d.content_sha256)
  FROM changed c JOIN input n ON n.document_id = c.document_id
  WHERE d.id = c.document_id
), ${isBilled ? `${REQUESTS}, ${MONEY}, ` : ''}${hasMembers ? `${MEMBERS}, ` : ''}delta AS (
  SELECT COUNT(*)::int AS written,
         COUNT(*) FILTER (WHERE c.state = 'completed')::int AS completed, COUNT(*) FILTER (WHERE c.state = 'failed')::int AS failed,
         COALESCE(SUM(n.calls), 0)::int AS calls, COALESCE(SUM(n.calls_ok), 0)::int AS calls_ok,
         COUNT(*) FILTER (WHERE n.is_retry AND c.state NOT IN ('pending', 'parked'))::int AS retry_calls,
         COUNT(*) FILTER (WHERE n.is_retry AND c.state IN ('completed', 'review'))::int AS retry_calls_ok,
         MAX(n.control_seq) FILTER (WHERE n.failure_class = 'critical') AS critical_seq,
         (array_agg(n.failure_code ORDER BY n.control_seq DESC) FILTER (WHERE n.failure_class = 'critical'))[1] AS critical_code,
         (array_agg(n.failure_message ORDER BY n.control_seq DESC) FILTER (WHERE n.failure_class = 'critical'))[1] AS critical_message
  FROM changed c JOIN input n ON n.document_id = c.document_id
)
UPDATE processing_batches b SET
  ${hasMembers ? NEW_MEMBERS : ''}  processed_items = b.processed_items + d.completed,
  failed_items = b.failed_items + d.failed,
  -- A worker that was taken for dead and brings nothing that counts is no progress.
  progressed_at = CASE WHEN d.written > 0 THEN clock_timestamp() ELSE b.progressed_at END,
  calls = b.calls + d.calls,
  calls_ok = b.calls_ok + d.calls_ok,
  retry_calls = b.retry_calls + d.retry_calls,
  retry_calls_ok = b.retry_calls_ok + d.retry_calls_ok,
  ${isBilled ? NEW_BILLS : ''}control = CASE WHEN ${halts()} THEN 'halt' ELSE b.control END,
  control_now = CASE WHEN ${halts()} THEN b.settings->>'halt' = 'now' ELSE b.control_now END,
  control_seq = b.control_seq + CASE WHEN ${halts()} THEN 1 ELSE 0 END,
  status_reason = CASE WHEN ${halts()} THEN CASE WHEN ${IS_CRITICAL} THEN d.critical_code ELSE 'failure_budget' END ELSE b.status_reason END,
  status_detail = CASE WHEN ${halts()} THEN CASE WHEN ${IS_CRITICAL} THEN d.critical_message ELSE ${overBudgetSql('b.failed_items + d.failed')} END ELSE b.status_detail END
FROM delta d${isBilled ? ', bill, cut_off' : ''}
WHERE b.id = $1
RETURNING b.control, b.control_now AS "controlNow", b.control_seq AS "controlSeq", b.settings, b.total_items AS total, b.processed_items AS completed, b.failed_items AS failed,
  b.planned_at IS NOT NULL AS planned, b.last_chunk_no AS "lastChunkNo", (SELECT array_agg(document_id) FROM changed) AS written`;
}

/** A critical failure, or more failed items than the budget: only while the batch runs. */
function halts(): string {
  return `(b.control = 'run' AND (${IS_CRITICAL} OR (d.failed > 0
    AND ${isOverBudgetSql('b.failed_items + d.failed')})) IS TRUE)`;
}

const STATEMENTS: Record<Needs, string> = {
  'true/true': commitSql(true, true),
  'true/false': commitSql(true, false),
  'false/true': commitSql(false, true),
  'false/false': commitSql(false, false),
};
