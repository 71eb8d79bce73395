import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  continueAsNew,
  patched,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchStatus } from '../src/domain/batch.ts';
import type { ScheduledBatch } from '../src/domain/scheduled-batch.ts';
import type { BatchState, Carried } from './batch-state.ts';
import { createState, nameBatch, showDetails, wake } from './batch-state.ts';
import { cancelChunks, chunksAreIdle, dispatchChunks } from './chunk-lane.ts';
import {
  cancelSignal,
  pauseSignal,
  progressQuery,
  resumeSignal,
  skippedSignal,
  wakeSignal,
} from './messages.ts';
import { planInBackground } from './plan-lane.ts';
import { endGoneRetries, startRetryLane, stopRetryLane } from './retry-lane.ts';
import { cancelAtProvider, providerIsIdle, startProviderLane, stopProviderLane } from './provider-lane.ts';
import { startSummaryLane, stopSummaryLane, summaryIsIdle } from './summary-lane.ts';
import { control, planning } from './retry-policies.ts';
import { scheduledTime } from './scheduled-time.ts';

export interface BatchInput {
  /** Absent for a scheduled run, whose first activity makes the row. */
  batchId?: string;
  schedule?: ScheduledBatch;
  /** Whether the namespace knows our search attributes; without them nothing but the filter in the Web UI is missing. */
  searchAttributes?: boolean;
  /** Only between the runs of one chain. */
  carried?: Carried;
}

export interface BatchOutcome {
  batchId: string;
  status: BatchStatus;
  completed: number;
  failed: number;
  total: number;
}

/** One run over a set of documents: plans, keeps a window of chunks in flight, retries what failed, and accounts for every item. */
export async function BatchWorkflow(input: BatchInput): Promise<BatchOutcome> {
  const state = createState(input);
  listen(state);
  // Native cancel is one more way to say `cancel`; the draining itself must not be cut short.
  return CancellationScope.nonCancellable(() => run(state, input));
}

function listen(state: BatchState): void {
  const order = (
    kind: 'pause' | 'run' | 'cancel',
    request: { reason?: string; actor?: string; now?: boolean } = {},
  ) => {
    state.asked.push({
      control: kind,
      now: request.now ?? false,
      actor: request.actor ?? 'Temporal signal',
      reason: request.reason ?? null,
    });
    wake(state);
  };
  const look = () => {
    state.mustRead = true;
    state.awaitsRetries = false;
    wake(state);
  };
  setHandler(wakeSignal, look);
  setHandler(skippedSignal, () => {
    state.mustLookAtRetries = true;
    look();
  });
  setHandler(pauseSignal, (request) => order('pause', request));
  setHandler(resumeSignal, (request) => order('run', request));
  setHandler(cancelSignal, (request) => order('cancel', request));
  setHandler(progressQuery, () => ({
    phase: state.phase,
    chunksInFlight: state.chunks.size,
    retriesInFlight: state.retries.size,
    nextChunk: state.nextChunk,
    lastChunk: state.lastChunk,
  }));
  CancellationScope.current().cancelRequested.catch(() => {
    state.cancelledNatively = true;
    order('cancel', { actor: 'Temporal cancel' });
  });
}

async function run(state: BatchState, input: BatchInput): Promise<BatchOutcome> {
  // Not a child of the root scope, which a native cancel cancels for good.
  state.chunkScope = new CancellationScope();
  await prepare(state, input);
  for (;;) {
    const seen = state.version;
    await followOrders(state);
    if (state.mustLookAtRetries) await endGoneRetries(state);
    if (workflowInfo().continueAsNewSuggested) await goOnAsNew(state, input);
    if (state.control === 'cancel') {
      const outcome = await cancelBatch(state);
      if (outcome !== null && !hasNews(state)) return outcome;
      continue;
    }
    if (state.halt !== null || state.control !== 'run') {
      const outcome = await standStill(state, input);
      if (outcome !== null) return outcome;
      continue;
    }
    state.phase = state.planned ? 'processing' : 'planning';
    planInBackground(state);
    startRetryLane(state);
    dispatchChunks(state);
    startProviderLane(state);
    startSummaryLane(state);
    if (isDone(state)) {
      const outcome = await finish(state);
      // `retry` may have reopened the batch since it was counted; its signal must not end with this run.
      if (outcome !== null && !hasNews(state)) return ended(input, outcome);
      continue;
    }
    if (state.version === seen) await condition(() => state.version !== seen);
  }
}

async function prepare(state: BatchState, input: BatchInput): Promise<void> {
  const isFirst = state.batchId === '';
  if (isFirst && input.schedule !== undefined) {
    const { workflowId } = workflowInfo();
    const scheduledAt = scheduledTime().toISOString();
    const start = { workflowId, scheduledAt, spec: input.schedule };
    state.batchId = (await planning.prepareScheduledBatch(start)).batchId;
  }
  await readOrders(state);
  // A batch that was reopened begins where there is something to do.
  if (input.carried === undefined) state.nextChunk = state.orders?.firstOpenChunk ?? 1;
  if (isFirst) nameBatch(state);
}

/** Applies what signals asked for to the row, which rules, and reads the row again when it may have changed. */
async function followOrders(state: BatchState): Promise<void> {
  for (let order = state.asked.shift(); order !== undefined; order = state.asked.shift()) {
    await control.orderControl({ batchId: state.batchId, ...order });
    state.mustRead = true;
  }
  while (state.mustRead) await readOrders(state);
  if (state.control === 'run' && state.halt === null && state.status !== 'processing') {
    state.status = 'processing';
    await control.recordStatus({ ...orderOf(state), status: 'processing', reason: null, detail: null });
    showDetails(state);
  }
}

async function readOrders(state: BatchState): Promise<void> {
  state.mustRead = false;
  const orders = await control.readOrders({ batchId: state.batchId });
  // An order that came after an in-memory halt is the user's answer to it.
  if (state.halt !== null && orders.controlSeq > state.halt.controlSeq) state.halt = null;
  state.orders = orders;
  state.control = orders.control;
  state.status = orders.status;
  state.totals = orders.totals;
  if (orders.asksProvider === true) state.asksProvider = true;
  // `retry` gives the items that it reopens chunks of their own.
  state.lastChunk = Math.max(state.lastChunk, orders.lastChunkNo);
}

/** Something came that the row must be asked about. */
function hasNews(state: BatchState): boolean {
  return state.mustRead || state.asked.length > 0;
}

/**
 * Paused or halted: what is in flight ends by itself (workers read the row), retries are taken again later. An outcome
 * when this run ends though the batch has not.
 */
async function standStill(state: BatchState, input: BatchInput): Promise<BatchOutcome | null> {
  const halted = state.halt !== null || state.control === 'halt';
  state.phase = halted ? 'halted' : 'paused';
  await stopRetryLane(state);
  await stopProviderLane(state);
  await stopSummaryLane(state);
  await condition(() => chunksAreIdle(state) || hasNews(state));
  if (hasNews(state)) return null;
  const reason = state.halt?.code ?? null;
  const detail = state.halt?.detail ?? null;
  await control.recordStatus({ ...orderOf(state), status: halted ? 'halted' : 'paused', reason, detail });
  state.status = halted ? 'halted' : 'paused';
  showDetails(state);
  if (halted && input.schedule !== undefined && !hasNews(state)) {
    // The schedule must see a failure to pause itself; `resume` starts a new run from the rows.
    throw ApplicationFailure.nonRetryable('The scheduled batch halted', 'BatchHalted');
  }
  // A person may take days, and the schedule starts no other run beside an open one; the last decision starts a new run.
  const waits = !halted && state.orders?.statusReason === 'review';
  if (waits && input.schedule !== undefined && !hasNews(state) && patched('scheduled-review-ends')) {
    return outcomeOf(state);
  }
  await condition(() => hasNews(state));
  return null;
}

/** Null when the batch was reopened before everything in flight had ended. */
async function cancelBatch(state: BatchState): Promise<BatchOutcome | null> {
  state.phase = 'finishing';
  state.stopPlanning = true;
  await stopRetryLane(state);
  await stopSummaryLane(state);
  await condition(() => chunksAreIdle(state) && state.planning === null);
  await cancelAtProvider(state);
  const end = await control.cancelRemaining({ batchId: state.batchId });
  if (end === null) {
    state.mustRead = true;
    return null;
  }
  const { status = 'cancelled', ...totals } = end;
  state.totals = totals;
  state.status = status;
  showDetails(state);
  if (state.cancelledNatively && !hasNews(state)) throw new CancelledFailure('Batch cancelled');
  return outcomeOf(state);
}

function isDone(state: BatchState): boolean {
  return (
    state.planned &&
    state.planning === null &&
    state.nextChunk > state.lastChunk &&
    state.requeued.length === 0 &&
    chunksAreIdle(state) &&
    state.retries.size === 0 &&
    providerIsIdle(state) &&
    summaryIsIdle(state) &&
    !state.awaitsRetries
  );
}

/** Counts the rows: only when no item is open is the batch finished; else what is open is dispatched again. */
async function finish(state: BatchState): Promise<BatchOutcome | null> {
  state.phase = 'finishing';
  await stopRetryLane(state);
  const result = await control.finishBatch({ batchId: state.batchId });
  if (!result.finished) {
    state.lastChunk = Math.max(state.lastChunk, result.lastChunkNo);
    state.requeued = result.openChunks;
    state.awaitsRetries = result.openChunks.length === 0 && result.retrying > 0;
    state.asksProvider = (result.parked ?? 0) > 0;
    // An order may stand in the way, and its signal may be lost.
    state.mustRead = true;
    if (result.awaitsReview === true) return null;
    if (result.summarize === true && patched('batch-summary')) {
      state.mustSummarize = true;
      return null;
    }
    if (result.openChunks.length === 0 && result.retrying === 0 && !state.asksProvider) await sleep('2s');
    return null;
  }
  state.status = result.status;
  state.totals = result.totals;
  showDetails(state);
  return outcomeOf(state);
}

function ended(input: BatchInput, outcome: BatchOutcome): BatchOutcome {
  if (input.schedule !== undefined && outcome.total > 0 && outcome.failed === outcome.total) {
    throw ApplicationFailure.nonRetryable('Every document of the scheduled batch failed', 'BatchFailed');
  }
  return outcome;
}

/** Ends this run of the chain with nothing in flight; the next one starts from ranges and counters, never from ids. */
async function goOnAsNew(state: BatchState, input: BatchInput): Promise<never> {
  state.phase = 'continuing';
  state.stopPlanning = true;
  await stopRetryLane(state);
  await stopProviderLane(state);
  await stopSummaryLane(state);
  const drained = await condition(() => chunksAreIdle(state) && state.planning === null, '60s');
  if (!drained) {
    cancelChunks(state);
    await condition(() => chunksAreIdle(state) && state.planning === null);
  }
  await condition(allHandlersFinished);
  return continueAsNew<typeof BatchWorkflow>({
    ...input,
    batchId: state.batchId,
    carried: {
      nextChunk: state.nextChunk,
      lastChunk: state.lastChunk,
      planned: state.planned,
      unfinishedChunks: state.requeued,
      asked: state.asked,
      halt: state.halt,
      cancelledNatively: state.cancelledNatively,
    },
  });
}

function orderOf(state: BatchState): { batchId: string; controlSeq: number } {
  return { batchId: state.batchId, controlSeq: state.orders?.controlSeq ?? 0 };
}

function outcomeOf(state: BatchState): BatchOutcome {
  return { batchId: state.batchId, status: state.status, ...state.totals };
}
