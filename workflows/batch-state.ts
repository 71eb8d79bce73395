import {
  CancellationScope,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { BatchOrders, BatchTotals, ControlOrder } from '../activities/types.ts';
import type { BatchStatus, Control } from '../src/domain/batch.ts';
import { searchAttributes } from '../src/domain/ids.ts';
import type { BatchInput } from './batch.ts';
import type { BatchProgress } from './messages.ts';

export type Asked = Omit<ControlOrder, 'batchId'>;

/** A halt that the database could not be told yet. `controlSeq` is the order in force when it happened. */
export interface MemoryHalt {
  code: string;
  detail: string;
  controlSeq: number;
}

/** What one run hands to the next: ranges and counters, never ids or results. */
export interface Carried {
  nextChunk: number;
  lastChunk: number;
  planned: boolean;
  /** At most the window. */
  unfinishedChunks: number[];
  asked: Asked[];
  halt: MemoryHalt | null;
  cancelledNatively: boolean;
}

export interface Lane {
  scope: CancellationScope;
  ended: boolean;
}

export interface BatchState {
  batchId: string;
  searchAttributes: boolean;
  phase: BatchProgress['phase'];
  /** Raised by everything that may give the main loop something to do. */
  version: number;
  orders: BatchOrders | null;
  control: Control;
  status: BatchStatus;
  totals: BatchTotals;
  /** Orders from signals that are not in the row yet. */
  asked: Asked[];
  mustRead: boolean;
  cancelledNatively: boolean;
  halt: MemoryHalt | null;

  planned: boolean;
  stopPlanning: boolean;
  planning: Promise<void> | null;
  nextChunk: number;
  lastChunk: number;
  requeued: number[];
  chunks: Set<number>;
  chunkScope: CancellationScope;
  /** While true nothing is dispatched; then one chunk alone goes first as the probe. */
  gateClosed: boolean;
  probing: boolean;

  retryLane: Lane | null;
  /** Documents that have an activity, or a timer, of their own. */
  retries: Map<string, CancellationScope>;
  /** `skip` was told: some of them may be gone. */
  mustLookAtRetries: boolean;
  providerLane: Lane | null;
  /** Documents are, or will be, at the provider. */
  asksProvider: boolean;
  /** All documents are done, and the summary of the batch is not. */
  mustSummarize: boolean;
  summaryLane: Lane | null;
  /** Part of the token under which rows are taken; raised whenever taken rows are let go. */
  era: number;
  callNo: number;
  /** Rows are `retrying`, and the poll has not brought them yet. */
  awaitsRetries: boolean;
}

export function createState(input: BatchInput): BatchState {
  const { carried } = input;
  return {
    batchId: input.batchId ?? '',
    searchAttributes: input.searchAttributes ?? false,
    phase: 'planning',
    version: 0,
    orders: null,
    control: 'run',
    status: 'pending',
    totals: { total: 0, completed: 0, failed: 0 },
    asked: carried?.asked ?? [],
    mustRead: false,
    cancelledNatively: carried?.cancelledNatively ?? false,
    halt: carried?.halt ?? null,
    planned: carried?.planned ?? false,
    stopPlanning: false,
    planning: null,
    nextChunk: carried?.nextChunk ?? 1,
    lastChunk: carried?.lastChunk ?? 0,
    requeued: carried?.unfinishedChunks ?? [],
    chunks: new Set(),
    chunkScope: new CancellationScope(),
    gateClosed: false,
    probing: false,
    retryLane: null,
    retries: new Map(),
    mustLookAtRetries: false,
    providerLane: null,
    asksProvider: false,
    mustSummarize: false,
    summaryLane: null,
    era: 0,
    callNo: 0,
    awaitsRetries: false,
  };
}

export function wake(state: BatchState): void {
  state.version += 1;
}

/** What the Web UI shows at the top of the workflow, and the status that its list can be filtered by. */
export function showDetails(state: BatchState): void {
  const { total, completed, failed } = state.totals;
  const name = state.orders?.name ?? state.batchId;
  const open = Math.max(total - completed - failed, 0);
  setCurrentDetails(
    `**${name}** · ${state.status}\n\n${completed} completed · ${failed} failed · ${open} open · ${total} documents`,
  );
  if (!state.searchAttributes) return;
  const current = workflowInfo().typedSearchAttributes.get(statusKey);
  if (current !== state.status) upsertSearchAttributes([{ key: statusKey, value: state.status }]);
}

/** A scheduled run learns only from its row which batch it is. */
export function nameBatch(state: BatchState): void {
  if (!state.searchAttributes) return;
  upsertSearchAttributes([
    { key: batchIdKey, value: state.batchId },
    { key: nameKey, value: state.orders?.name ?? state.batchId },
  ]);
}

const batchIdKey = defineSearchAttributeKey(searchAttributes.batchId, SearchAttributeType.KEYWORD);
const nameKey = defineSearchAttributeKey(searchAttributes.name, SearchAttributeType.KEYWORD);
const statusKey = defineSearchAttributeKey(searchAttributes.status, SearchAttributeType.KEYWORD);
