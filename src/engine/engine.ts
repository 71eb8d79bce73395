import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimedItem } from '../db/claims.ts';
import { releaseReservation } from '../db/budget.ts';
import { claimChunk, claimRetry, handBack, markStarted } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import { hasBill } from '../db/commit-outcomes.ts';
import { gateChannel } from '../db/gates.ts';
import { listen } from '../db/listen.ts';
import type { ActiveBatch, Task } from './active-batch.ts';
import { enqueue } from './active-batch.ts';
import type { BatchOpenerDeps } from './open-batch.ts';
import { openBatch, refresh } from './open-batch.ts';
import type { Feeder, FeederResult, FeederStop } from './feeder.ts';
import { createFeeder } from './feeder.ts';
import { outlastOutage } from './outage.ts';
import { prefetchAnswers, prefetchCache } from './prefetch.ts';
import { createProber } from './prober.ts';
import { readAhead, runDocument } from './run-document.ts';
import { noteCall } from './note-call.ts';
import { createShares } from './shares.ts';
import { createSlotPool } from './slot-pool.ts';
import { takeBackMarks } from './take-back-marks.ts';
import { fenceOf, isBlamed, partition, taskOf, untilDue, workerCrashed } from './tasks.ts';
import { startTicker } from './ticker.ts';

export interface EngineOptions extends BatchOpenerDeps {
  /** Documents in work at once in this process. */
  slots: number;
  rssBytes(): number;
  register(): Promise<void>;
}

/** What a chunk or retry activity gets back. */
export interface WorkResult extends FeederResult {
  /** With stop `gate`: milliseconds until the next probe may be made. */
  waitMs: number;
  batch: ActiveBatch;
}

/** Everything of one worker process that touches documents. */
export interface Engine {
  /** Runs a chunk to its end. When this process runs it already, the running one is adopted. */
  runChunk(batchId: string, chunkNo: number, signal: AbortSignal): Promise<WorkResult>;
  /** Runs one item that is retried; null when it is not `retrying` any more. */
  runRetry(
    batchId: string,
    documentId: string,
    signal: AbortSignal,
  ): Promise<(WorkResult & { outcome: Outcome | null }) | null>;
  /** Nothing starts any more; what is in a slot finishes. */
  drain(): void;
  /** Aborts what is still in a slot; it goes back without an attempt. */
  abort(): void;
  close(): Promise<void>;
}

interface Followed {
  feeder: Feeder;
  result: WorkResult;
}

/** Without news of the rows for this long nothing starts: the orders may have changed. */
const NEWS_LIMIT_MS = 4_000;
/** A feeder waits this long at a closed gate; then the workflow sleeps instead. */
const GATE_PATIENCE_MS = 60_000;

export function createEngine(options: EngineOptions): Engine {
  const { db } = options;
  const batches = new Map<string, ActiveBatch>();
  const opening = new Map<string, Promise<ActiveBatch>>();
  /** By chunk, or by document that is retried: what runs here already is adopted, never run twice. */
  const running = new Map<string, { feeder: Promise<Feeder>; waiters: number }>();
  const feeders = new Set<Feeder>();
  let isDraining = false;

  const pool = createSlotPool(batches, {
    capacity: options.slots,
    isOpen: () => !isDraining && ticker.ageMs() < NEWS_LIMIT_MS,
    mark: (batch, tasks) => outlastOutage(() => markStarted(db, batch.batchId, tasks.map(fenceOf))),
    takeBackMarks,
    readAhead: (task) => readAhead(options.sandbox, task),
    run: runTask,
  });
  const probeClosedGates = createProber(batches, {
    isOpen: () => !isDraining && ticker.ageMs() < NEWS_LIMIT_MS,
    take: (batch) => pool.takeProbe(batch),
    mark: (batch, task) => outlastOutage(() => markStarted(db, batch.batchId, [fenceOf(task)])),
    run: (task) => runTask(task).finally(() => pool.pump()),
  });
  const shares = createShares(db, options.workerId);
  const ticker = startTicker({
    ...options,
    batches,
    shares,
    onTick: (elapsedMs) => {
      for (const feeder of feeders) watch(feeder, elapsedMs);
      // When the database is away the next tick does it.
      for (const batch of batches.values())
        if (batch.gate.isClosed()) takeBackMarks(batch).then(pool.pump, () => undefined);
      probeClosedGates();
      pool.pump();
    },
  });

  // The tick would bring it too, half a second and some calls later.
  const stopListening = listen(db, gateChannel, (provider) => {
    for (const { gate } of batches.values()) {
      if (gate.provider === provider) gate.refresh().then(pool.pump, () => undefined);
    }
  });

  /** Hands back what an order, a drain or a long closed gate forbids. */
  function watch(feeder: Feeder, elapsedMs: number): void {
    const { view, gate } = feeder.batch;
    feeder.gateWaitMs = gate.isClosed() ? feeder.gateWaitMs + elapsedMs : 0;
    if (view.control !== 'run') feeder.stop('control', view.controlNow);
    else if (isDraining) feeder.stop('draining');
    else if (feeder.gateWaitMs > GATE_PATIENCE_MS) feeder.stop('gate');
  }

  async function runTask(task: Task): Promise<void> {
    const { batch } = task;
    try {
      const { outcome, verdict, waitMs = 0 } = await runDocument({ ...options, mayAsk }, task);
      if (verdict !== null) await noteCall(task, verdict);
      else if (task.isProbe) await batch.gate.endProbe(null);
      const wasProbe = task.isProbe;
      task.isProbe = false;
      // Faults while the gate is closed, the failed probe's too, are the other side's: no attempt is charged.
      const isFault = verdict !== null && !verdict.ok;
      const isForgiven = isFault && (wasProbe || batch.gate.isClosed());
      if (outcome === null && waitMs > 0)
        putBack(task, waitMs).then(pool.pump, (error: unknown) => fail(task, error));
      else if (outcome === null || (isForgiven && !hasBill(outcome))) await putBack(task);
      else if (isForgiven) commit(task, { ...outcome, state: 'pending', failure: null, nextAttemptMs: null });
      else commit(task, outcome);
    } catch (error) {
      fail(task, error);
    }
  }

  function fail(task: Task, error: unknown): void {
    task.fail(error);
    task.settle('returned');
  }

  /** A document that waited for its text must not start its call against an order, a closed gate, or without news. */
  function mayAsk({ batch, isProbe }: Task): boolean {
    if (ticker.ageMs() > NEWS_LIMIT_MS || batch.view.control !== 'run') return false;
    return isProbe || !batch.gate.isClosed();
  }

  /** Into the queue after `waitMs`, or to the table when it may not stay here; what happens to this worker then is not its fault. */
  async function putBack(task: Task, waitMs = 0): Promise<void> {
    const { batch } = task;
    // No call of it is under way: nothing can become due.
    if (task.isReserved) await outlastOutage(() => releaseReservation(db, batch.batchId, fenceOf(task)));
    task.isReserved = false;
    task.markedAtMs = null;
    if (mayStay(task)) await batch.marks.takeBack(fenceOf(task));
    if (waitMs > 0) await sleep(waitMs);
    if (mayStay(task)) enqueue(batch, [task]);
    else task.settle('returned');
  }

  function mayStay(task: Task): boolean {
    return (
      task.batch.view.control === 'run' && !isDraining && !task.isStopped() && !task.abort.signal.aborted
    );
  }

  function commit(task: Task, outcome: Outcome): void {
    task.batch.committer.add({
      uri: task.item.uri,
      containerUri: task.item.containerUri,
      outcome,
      settle: (written) => {
        const end = outcome.state === 'pending' ? 'returned' : outcome.state;
        task.settle(written ? end : 'dropped', outcome);
        pool.pump();
      },
      fail: (error) => fail(task, error),
    });
  }

  async function activeBatch(batchId: string): Promise<ActiveBatch> {
    const known = opening.get(batchId);
    if (known !== undefined) return known;
    const opened = openBatch(options, batchId, () => pool.pump()).then((batch) => {
      batches.set(batchId, batch);
      return batch;
    });
    opening.set(batchId, opened);
    opened.catch(() => opening.delete(batchId));
    return opened;
  }

  /** Holds the batch for one more feeder. */
  async function join(batchId: string): Promise<ActiveBatch> {
    for (;;) {
      const batch = await activeBatch(batchId);
      // Its last feeder may have left while we waited: then nobody serves this object any more.
      if (batches.get(batchId) !== batch) continue;
      batch.feeders += 1;
      return batch;
    }
  }

  function letGo(batch: ActiveBatch): void {
    batch.feeders -= 1;
    if (batch.feeders > 0) return;
    batches.delete(batch.batchId);
    opening.delete(batch.batchId);
    // When this is lost the row counts for nothing 5 s later, or with the worker's next look at the batch.
    shares.release(batch.batchId).catch(() => undefined);
  }

  async function claimAndFeed(
    batchId: string,
    from: Task['from'],
    claim: () => Promise<ClaimedItem[]>,
  ): Promise<Feeder> {
    const batch = await join(batchId);
    const turn = from === 'processing' ? batch.takeTurn() : null;
    await turn?.ready;
    try {
      await outlastOutage(() => refresh(options, shares, batch));
      const stopped = isDraining ? 'draining' : batch.view.control === 'run' ? null : 'control';
      const items = stopped === null ? await outlastOutage(claim) : [];
      const { feeder, queued } = feed(batch, { items, from, stopped });
      void queued.finally(turn?.end);
      return feeder;
    } catch (error) {
      turn?.end();
      letGo(batch);
      throw error;
    }
  }

  /** Queues and follows documents; the batch is held for as long as they are under way. */
  function feed(
    batch: ActiveBatch,
    { items, from, stopped }: { items: ClaimedItem[]; from: Task['from']; stopped: FeederStop | null },
  ): { feeder: Feeder; queued: Promise<void> } {
    const { feeder, tasks } = createFeeder(
      { batch, stopped, handBack: (fences) => outlastOutage(() => handBack(db, batch.batchId, fences)) },
      (self) => items.map((item) => taskOf(batch, item, from, self)),
    );
    feeders.add(feeder);
    const forget = (): void => {
      feeders.delete(feeder);
      letGo(batch);
    };
    void feeder.result.then(forget, forget);
    const queued = begin(feeder, tasks).catch((error: unknown) => {
      feeder.fail(error);
      for (const task of tasks) task.settle('returned');
    });
    return { feeder, queued };
  }

  async function begin(feeder: Feeder, tasks: readonly Task[]): Promise<void> {
    const { batch } = feeder;
    if (batch.view.settings.cache) await prefetchCache(db, batch, tasks);
    if (batch.analyzer.keepsAnswers === true) await prefetchAnswers(db, batch, tasks);
    const [crashed, sound] = partition(tasks, isBlamed);
    if (crashed.length > 0) {
      await outlastOutage(() => markStarted(db, batch.batchId, crashed.map(fenceOf)));
      for (const task of crashed) commit(task, workerCrashed(task));
    }
    await untilDue(sound);
    if (feeder.isStopped()) {
      for (const task of sound) task.settle('returned');
      return;
    }
    enqueue(batch, sound);
    watch(feeder, 0);
    pool.pump();
  }

  /** Starts what does not run here yet; when the last activity that waits for it is cancelled, it hands back. */
  async function follow(key: string, start: () => Promise<Feeder>, signal: AbortSignal): Promise<Followed> {
    let entry = running.get(key);
    if (entry === undefined) {
      entry = { feeder: start(), waiters: 0 };
      running.set(key, entry);
      const forget = (): boolean => running.delete(key);
      entry.feeder.then((feeder) => feeder.result.then(forget, forget), forget);
    }
    entry.waiters += 1;
    const mine = entry;
    const feeder = await entry.feeder;
    const onAbort = (): void => {
      mine.waiters -= 1;
      if (mine.waiters === 0) feeder.stop(isDraining ? 'draining' : 'control');
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      return { feeder, result: await finish(feeder) };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  const finish = async (feeder: Feeder): Promise<WorkResult> => {
    const result = await feeder.result;
    const { batch } = feeder;
    const stop: FeederStop | null =
      result.stop ??
      (result.ends.returned > 0 ? (batch.view.control === 'run' ? 'draining' : 'control') : null);
    return { ...result, stop, waitMs: batch.gate.probeInMs(), batch };
  };

  return {
    async runChunk(batchId, chunkNo, signal) {
      const start = () => claimAndFeed(batchId, 'processing', () => claimChunk(db, batchId, chunkNo));
      return (await follow(`${batchId}/${chunkNo}`, start, signal)).result;
    },

    async runRetry(batchId, documentId, signal) {
      const claim = async () => {
        const item = await claimRetry(db, batchId, documentId);
        return item === null ? [] : [item];
      };
      const start = () => claimAndFeed(batchId, 'retrying', claim);
      const { feeder, result } = await follow(`${batchId}/${documentId}`, start, signal);
      const wasThere = Object.values(result.ends).some((count) => count > 0);
      return wasThere || result.stop !== null ? { ...result, outcome: feeder.lastOutcome } : null;
    },

    drain() {
      isDraining = true;
      for (const feeder of feeders) feeder.stop('draining');
    },
    abort() {
      for (const feeder of feeders) feeder.stop('draining', true);
    },
    async close() {
      await Promise.all([ticker.stop(), stopListening()]);
    },
  };
}
