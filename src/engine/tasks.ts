import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimedItem } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import { isToBlame } from '../domain/crash-blame.ts';
import type { BatchSettings } from '../domain/batch.ts';
import { isOver } from '../domain/provider-batch.ts';
import { describeFailureCode } from '../domain/failure-codes.ts';
import type { ActiveBatch, Task } from './active-batch.ts';
import type { Feeder } from './feeder.ts';

export function taskOf(batch: ActiveBatch, item: ClaimedItem, from: Task['from'], feeder: Feeder): Task {
  const task: Task = {
    batch,
    item,
    from,
    controlSeq: batch.view.controlSeq,
    markedAtMs: null,
    isMarking: false,
    reading: null,
    isProbe: false,
    isReserved: false,
    abort: new AbortController(),
    cachedAnswer: undefined,
    waitsForOther: false,
    recorded: undefined,
    isStopped: () => feeder.isStopped(),
    settle: (end, outcome) => feeder.end(task, end, outcome),
    fail: (error) => feeder.fail(error),
  };
  return task;
}

export function fenceOf({ item }: Task): { documentId: string; epoch: number } {
  return { documentId: item.documentId, epoch: item.epoch };
}

export function partition<T>(values: readonly T[], test: (value: T) => boolean): [T[], T[]] {
  return [values.filter(test), values.filter((value) => !test(value))];
}

/** How soon a retry that waits hears that it is not wanted any more. */
const LOOK_MS = 500;

/**
 * A retry comes early, and waits here, without a slot: as a rule RETRY_HEAD_START_MS, and all of its `retry-after` when
 * its activity was lost right after the fault was committed, since Temporal then knows nothing of the wait.
 */
export async function untilDue(tasks: readonly Task[]): Promise<void> {
  const dueAtMs = performance.now() + Math.max(0, ...tasks.map(({ item }) => item.dueMs));
  for (;;) {
    const leftMs = dueAtMs - performance.now();
    if (leftMs <= 0 || tasks.some((task) => task.isStopped())) return;
    await sleep(Math.min(leftMs, LOOK_MS));
  }
}

/** Whether it is what killed the workers that held it. */
export function isBlamed({ item }: Task): boolean {
  return isToBlame(item.crashCount);
}

export function workerCrashed(task: Task): Outcome {
  return {
    documentId: task.item.documentId,
    epoch: task.item.epoch,
    controlSeq: task.controlSeq,
    from: task.from,
    state: 'failed',
    failure: {
      failureClass: 'permanent',
      code: 'worker_crashed',
      stage: 'run',
      message: describeFailureCode('worker_crashed').meaning,
      context: { crashes: task.item.crashCount },
    },
    nextAttemptMs: null,
    durationMs: 0,
    cached: false,
    contentSha256: null,
    mimeType: null,
    sizeBytes: null,
    result: undefined,
    text: null,
    children: [],
    calls: 0,
    callsOk: 0,
    isRetry: task.item.attempts > 0,
    paid: [],
    lostNanoUsd: 0,
    requests: [],
    kept: [],
  };
}

/** What `retry` gave to this document goes before the batch's own. */
export function settingsOf({ batch, item }: Task): BatchSettings {
  return { ...batch.view.settings, ...item.settings };
}

export function asksByBatch(task: Pick<Task, 'batch'>): boolean {
  return task.batch.analyzer.batches !== undefined && !isLate(task);
}

/** Its batch may not wait for provider batches any more. */
export function isLate({ batch }: Pick<Task, 'batch'>): boolean {
  return batch.analyzer.batches !== undefined && isOver(batch.view.settings.deadlineAtMs);
}
