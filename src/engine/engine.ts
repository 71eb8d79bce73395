import type { ClaimedItem } from '../db/claims.ts';
import { claimChunk, claimRetry, handBack, markStarted } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { GateNews } from '../db/gate-news.ts';
import { listenForGates } from '../db/gate-news.ts';
import { cachedResults } from '../db/texts.ts';
import { releaseShare } from '../db/workers.ts';
import type { ActiveBatch, Task } from './active-batch.ts';
import { enqueue } from './active-batch.ts';
import type { BatchOpenerDeps } from './open-batch.ts';
import { openBatch, refresh } from './open-batch.ts';
import type { Feeder, FeederResult, FeederStop } from './feeder.ts';
import { createFeeder } from './feeder.ts';
import { outlastOutage } from './outage.ts';
import type { CallVerdict } from './run-document.ts';
import { runDocument } from './run-document.ts';
import { createSlotPool } from './slot-pool.ts';
import { fenceOf, partition, taskOf, workerCrashed } from './tasks.ts';
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

/** Without news of the rows for this long nothing starts: the orders may have changed. */
const NEWS_LIMIT_MS = 4_000;
/** A feeder waits this long at a closed gate; then the workflow sleeps instead. */
const GATE_PATIENCE_MS = 60_000;

export function createEngine(options: EngineOptions): Engine {
  const { db } = options;
  const batches = new Map<string, ActiveBatch>();
  const opening = new Map<string, Promise<ActiveBatch>>();
  const chunks = new Map<string, { feeder: Promise<Feeder>; waiters: number }>();
  const feeders = new Set<Feeder>();
  let isDraining = false;
  let news: GateNews | undefined;

  const pool = createSlotPool(batches, {
    capacity: options.slots,
    isOpen: () => !isDraining && ticker.ageMs() < NEWS_LIMIT_MS,
    mark: (batch, tasks) => outlastOutage(() => markStarted(db, batch.batchId, tasks.map(fenceOf))),
    run: runTask,
  });
  const ticker = startTicker({
    ...options,
    batches,
    onTick: (elapsedMs) => {
      for (const feeder of feeders) watch(feeder, elapsedMs);
      probeClosedGates();
      pool.pump();
    },
  });

  /** Hands back what an order, a drain or a long closed gate forbids. */
  function watch(feeder: Feeder, elapsedMs: number): void {
    const { view, gate } = feeder.batch;
    feeder.gateWaitMs = gate.isClosed() ? feeder.gateWaitMs + elapsedMs : 0;
    if (view.control !== 'run') feeder.stop('control', view.controlNow);
    else if (isDraining) feeder.stop('draining');
    else if (feeder.gateWaitMs > GATE_PATIENCE_MS) feeder.stop('gate');
  }

  /** One document of one batch may try a closed gate, over all workers. */
  function probeClosedGates(): void {
    if (isDraining || ticker.ageMs() > NEWS_LIMIT_MS) return;
    const asked = new Set<string>();
    for (const batch of batches.values()) {
      const { gate } = batch;
      if (!gate.isClosed() || gate.probeInMs() > 0 || asked.has(gate.provider)) continue;
      if (batch.view.control !== 'run' || batch.queue.length === 0 || batch.inSlots.size >= batch.share)
        continue;
      asked.add(gate.provider);
      void probe(batch).catch(() => undefined);
    }
  }

  async function probe(batch: ActiveBatch): Promise<void> {
    if (!(await batch.gate.claimProbe())) return;
    const task = batch.queue.shift();
    const ours =
      task === undefined ? new Set<string>() : await markStarted(db, batch.batchId, [fenceOf(task)]);
    if (task === undefined || !ours.has(task.item.documentId)) {
      task?.settle('dropped');
      await batch.gate.endProbe(null);
      return;
    }
    task.isProbe = true;
    batch.inSlots.add(task);
    await runTask(task);
    batch.inSlots.delete(task);
    pool.pump();
  }

  async function runTask(task: Task): Promise<void> {
    const { batch } = task;
    try {
      const { outcome, verdict } = await runDocument(options, task);
      if (verdict !== null) await noteCall(task, verdict);
      else if (task.isProbe) await batch.gate.endProbe(null);
      const wasProbe = task.isProbe;
      task.isProbe = false;
      // Faults while the gate is closed, the failed probe's too, are the other side's: no attempt is charged.
      const isFault = verdict !== null && !verdict.ok;
      const isForgiven = isFault && (wasProbe || batch.gate.isClosed());
      if (outcome === null || (isForgiven && outcome.paid.length === 0)) putBack(task);
      else if (isForgiven) commit(task, { ...outcome, state: 'pending', failure: null, nextAttemptMs: null });
      else commit(task, outcome);
    } catch (error) {
      task.fail(error);
      task.settle('returned');
    }
  }

  async function noteCall(task: Task, verdict: NonNullable<CallVerdict>): Promise<void> {
    const { gate } = task.batch;
    if (verdict.stopForMs !== null) await gate.stop(verdict.reason, verdict.stopForMs);
    if (task.isProbe) await gate.endProbe(verdict.ok);
    // Another worker may have closed it within the last half second.
    else if (!verdict.ok && !gate.isClosed()) await gate.refresh();
    await gate.record(verdict.ok, verdict.reason);
  }

  function putBack(task: Task): void {
    const { view } = task.batch;
    task.markedAtMs = null;
    if (view.control !== 'run' || isDraining || task.abort.signal.aborted) task.settle('returned');
    else enqueue(task.batch, [task]);
  }

  function commit(task: Task, outcome: Outcome): void {
    task.batch.committer.add({
      outcome,
      settle: (written) => {
        const end = outcome.state === 'pending' ? 'returned' : outcome.state;
        task.settle(written ? end : 'dropped', outcome);
        pool.pump();
      },
      fail: (error) => {
        task.fail(error);
        task.settle('returned');
      },
    });
  }

  async function activeBatch(batchId: string): Promise<ActiveBatch> {
    const known = opening.get(batchId);
    if (known !== undefined) return known;
    const opened = openBatch(options, batchId, () => pool.pump()).then((batch) => {
      batches.set(batchId, batch);
      if (batch.analyzer.sharesLimits === true) news ??= listenForGates(db, hearOfGate);
      return batch;
    });
    opening.set(batchId, opened);
    opened.catch(() => opening.delete(batchId));
    return opened;
  }

  function hearOfGate(provider: string): void {
    const gates = new Set([...batches.values()].map(({ gate }) => gate));
    for (const gate of gates) if (gate.provider === provider) gate.refresh().catch(() => undefined);
  }

  function letGo(batch: ActiveBatch): void {
    batch.feeders -= 1;
    if (batch.feeders > 0) return;
    batches.delete(batch.batchId);
    opening.delete(batch.batchId);
    // When this is lost the row counts for nothing 5 s later, or with the worker's next look at the batch.
    releaseShare(db, options.workerId, batch.batchId).catch(() => undefined);
  }

  /** Claims, queues and follows documents; the batch is held for as long as they are under way. */
  async function feed(
    batch: ActiveBatch,
    claimed: { items: ClaimedItem[]; from: Task['from'] },
  ): Promise<Feeder> {
    const { feeder, tasks } = createFeeder(
      { batch, handBack: (fences) => outlastOutage(() => handBack(db, batch.batchId, fences)) },
      (self) => claimed.items.map((item) => taskOf(batch, item, claimed.from, self)),
    );
    feeders.add(feeder);
    if (batch.view.settings.outDir !== null) {
      for (const item of claimed.items) batch.uris.set(item.documentId, item.uri);
    }
    const forget = (): void => {
      feeders.delete(feeder);
      letGo(batch);
    };
    void feeder.result.then(forget, forget);
    if (batch.view.settings.cache) await prefetchCache(batch, claimed.items);
    const [crashed, sound] = partition(tasks, (task) => task.item.crashCount >= 3);
    if (crashed.length > 0) {
      await markStarted(db, batch.batchId, crashed.map(fenceOf));
      for (const task of crashed) commit(task, workerCrashed(task));
    }
    enqueue(batch, sound);
    watch(feeder, 0);
    pool.pump();
    return feeder;
  }

  async function prefetchCache(batch: ActiveBatch, items: readonly ClaimedItem[]): Promise<void> {
    const hashes = items.flatMap((item) => item.contentSha256 ?? []);
    const found = await outlastOutage(() => cachedResults(db, batch.view.recipeId, hashes));
    for (const [sha, result] of found) batch.cached.set(sha, result);
  }

  async function claimAndFeed(
    batchId: string,
    claim: () => Promise<{ items: ClaimedItem[]; from: Task['from'] }>,
  ): Promise<Feeder> {
    const batch = await outlastOutage(() => activeBatch(batchId));
    batch.feeders += 1;
    try {
      await outlastOutage(() => refresh(options, batch));
      if (batch.view.control !== 'run' || isDraining) {
        return await feed(batch, { items: [], from: 'processing' }).then((feeder) => {
          feeder.stop(isDraining ? 'draining' : 'control');
          return feeder;
        });
      }
      return await feed(batch, await outlastOutage(claim));
    } catch (error) {
      if (![...feeders].some((feeder) => feeder.batch === batch)) letGo(batch);
      throw error;
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
      const key = `${batchId}/${chunkNo}`;
      let entry = chunks.get(key);
      if (entry === undefined) {
        const feeder = claimAndFeed(batchId, async () => ({
          items: await claimChunk(db, batchId, chunkNo),
          from: 'processing',
        }));
        entry = { feeder, waiters: 0 };
        chunks.set(key, entry);
        const forget = (): boolean => chunks.delete(key);
        feeder.then((running) => running.result.then(forget, forget), forget);
      }
      entry.waiters += 1;
      const mine = entry;
      const feeder = await entry.feeder;
      // Only when no later attempt has adopted the chunk does a cancelled one stop it.
      const onAbort = (): void => {
        mine.waiters -= 1;
        if (mine.waiters === 0) feeder.stop(isDraining ? 'draining' : 'control');
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      try {
        return await finish(feeder);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },

    async runRetry(batchId, documentId, signal) {
      const claimed: ClaimedItem[] = [];
      const feeder = await claimAndFeed(batchId, async () => {
        const item = await claimRetry(db, batchId, documentId);
        if (item !== null) claimed.push(item);
        return { items: claimed, from: 'retrying' };
      });
      const onAbort = (): void => feeder.stop(isDraining ? 'draining' : 'control');
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      try {
        const result = await finish(feeder);
        if (claimed.length === 0 && result.stop === null) return null;
        return { ...result, outcome: feeder.lastOutcome };
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },

    drain() {
      isDraining = true;
      for (const feeder of feeders) feeder.stop('draining');
    },
    abort() {
      for (const feeder of feeders) feeder.stop('draining', true);
    },
    close: async () => {
      await news?.stop();
      await ticker.stop();
    },
  };
}
