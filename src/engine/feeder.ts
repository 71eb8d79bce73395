import type { Fence } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { ActiveBatch, Task, TaskEnd } from './active-batch.ts';

/** Why a feeder handed back what it had not finished. */
export type FeederStop = 'control' | 'gate' | 'draining';

export interface FeederResult {
  ends: Record<TaskEnd, number>;
  stop: FeederStop | null;
}

/** Follows the tasks of one chunk (or one retry) until each is committed, dropped or handed back. */
export interface Feeder {
  batch: ActiveBatch;
  result: Promise<FeederResult>;
  /** How long this feeder has been kept waiting by a closed gate, in milliseconds; kept by the ticker. */
  gateWaitMs: number;
  /** Of the document that was committed last. */
  lastOutcome: Outcome | null;
  isStopped(): boolean;
  /** No more of its documents start; those in a slot finish, unless `abort` says otherwise. */
  stop(reason: FeederStop, abort?: boolean): void;
  end(task: Task, end: TaskEnd, outcome?: Outcome): void;
  fail(error: unknown): void;
}

export interface FeederOptions {
  batch: ActiveBatch;
  /** Set when nothing may start from the beginning. */
  stopped: FeederStop | null;
  handBack(fences: readonly Fence[]): Promise<void>;
}

/** Those that are put back within this time share a statement. */
const HAND_BACK_MS = 50;

export function createFeeder(
  { batch, stopped: stoppedBefore, handBack }: FeederOptions,
  makeTasks: (feeder: Feeder) => Task[],
): { feeder: Feeder; tasks: Task[] } {
  const ends: Record<TaskEnd, number> = {
    completed: 0,
    review: 0,
    failed: 0,
    retrying: 0,
    parked: 0,
    returned: 0,
    dropped: 0,
  };
  const open = new Set<Task>();
  const returned: Fence[] = [];
  const done = deferred<FeederResult>();
  let stopped = stoppedBefore;
  let failure: { error: unknown } | null = null;
  let timer: NodeJS.Timeout | null = null;

  /** Before the others end, which may take long: what happens to this worker meanwhile is not their fault. */
  const handBackSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      // When it fails it is done, and told, at the end.
      if (open.size > 0) handBack([...returned]).catch(() => undefined);
    }, HAND_BACK_MS);
  };

  const finishWhenEmpty = (): void => {
    if (open.size > 0) return;
    if (timer !== null) clearTimeout(timer);
    const fences = returned.splice(0);
    handBack(fences).then(() => {
      if (failure === null) done.resolve({ ends, stop: stopped });
      else done.reject(failure.error);
    }, done.reject);
  };

  const feeder: Feeder = {
    batch,
    result: done.promise,
    gateWaitMs: 0,
    lastOutcome: null,
    isStopped: () => stopped !== null,
    end: (task, end, outcome) => {
      if (!open.delete(task)) return;
      // Nobody will take what is being read for it.
      if (task.reading !== null) task.abort.abort(new Error('stopped'));
      feeder.lastOutcome = outcome ?? null;
      ends[end] += 1;
      if (end === 'returned') {
        returned.push({ documentId: task.item.documentId, epoch: task.item.epoch });
        handBackSoon();
      }
      finishWhenEmpty();
    },
    stop: (reason, abort = false) => {
      stopped ??= reason;
      const mine = new Set(batch.queue.filter((task) => open.has(task)));
      batch.queue = batch.queue.filter((task) => !mine.has(task));
      for (const task of mine) feeder.end(task, 'returned');
      if (abort) for (const task of open) task.abort.abort(new Error('stopped'));
    },
    fail: (error) => {
      failure ??= { error };
      feeder.stop('control');
    },
  };
  const tasks = makeTasks(feeder);
  for (const task of tasks) open.add(task);
  // A caller that went away must not make an unhandled rejection of it.
  done.promise.catch(() => undefined);
  if (tasks.length === 0) finishWhenEmpty();
  return { feeder, tasks };
}

/** Node 20 has no Promise.withResolvers. */
function deferred<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
