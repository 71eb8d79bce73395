import { mustRunAlone } from '../domain/crash-blame.ts';
import type { ActiveBatch, Task } from './active-batch.ts';
import { mayGoOn, mayStart, slotsOf } from './active-batch.ts';
import { partition } from './tasks.ts';

/** How long `started_at` vouches for an item that has not begun: a worker that slept longer asks again. */
const MARK_VALID_MS = 5_000;

export interface SlotPoolOptions {
  /** Documents in work at once in this process, over all batches. */
  capacity: number;
  /** False while nothing may start at all: draining, or the database was not heard of for some seconds. */
  isOpen(): boolean;
  /** Writes `started_at`; answers with the ids that are still ours. */
  mark(batch: ActiveBatch, tasks: readonly Task[]): Promise<Set<string>>;
  /** Takes back what is marked in the queue of a batch: it waits, and is not in work. */
  takeBackMarks(batch: ActiveBatch): Promise<void>;
  /** Begins to read a document whose slot comes soon. */
  readAhead(task: Task): void;
  /** Runs one document; the slot is free when it resolves. */
  run(task: Task): Promise<void>;
}

export interface SlotPool {
  /** Gives out free slots; call it whenever something changed that may let a document start. */
  pump(): void;
  /**
   * Takes the document that probes a closed gate out of the queue; undefined when none may run now. The caller puts it
   * into `inSlots` at once.
   */
  takeProbe(batch: ActiveBatch): Task | undefined;
}

/**
 * One pool of document slots, shared by all chunks of all batches: by priority, then batch by batch in turn. A document
 * that saw two workers die runs alone: nothing starts before what ran earlier is committed, nor before it is itself, or
 * the next crash would be blamed on a document that was finished.
 */
export function createSlotPool(
  batches: ReadonlyMap<string, ActiveBatch>,
  options: SlotPoolOptions,
): SlotPool {
  const running = new Set<Task>();
  let turn = 0;
  let isAlone = false;
  /** Is being marked, or is marked, to run alone; it goes first then. */
  let suspect: Task | null = null;

  // Probes hold a slot of their batch, but none of the pool.
  const isQuiet = (): boolean =>
    running.size === 0 &&
    [...batches.values()].every(({ inSlots, committer }) => inSlots.size === 0 && committer.count() === 0);

  const pump = (): void => {
    if (isAlone && !isQuiet()) return;
    isAlone = false;
    if (suspect !== null && suspect.isMarking) return;
    while (options.isOpen() && !isAlone && running.size < options.capacity) {
      if (suspect !== null && !mayRunNow(batches, suspect)) suspect = null;
      const batch = suspect?.batch ?? nextBatch(batches);
      if (batch === undefined) break;
      // Neither a retry that has just come nor a slow file holds up those that are ready.
      const task =
        suspect ??
        batch.queue.find(isReady) ??
        batch.queue.find(isMarked) ??
        batch.queue.find((queued) => !queued.isMarking)!;
      const alone = isSuspect(task);
      if (alone && !isQuiet()) break;
      if (!isMarked(task)) {
        markAhead(batch);
        break;
      }
      batch.queue.splice(batch.queue.indexOf(task), 1);
      batch.lastServed = turn += 1;
      isAlone = alone;
      suspect = null;
      start(task);
    }
    if (!options.isOpen() || isAlone) return;
    for (const batch of batches.values()) if (isRunningDry(batch)) markAhead(batch);
  };

  const start = (task: Task): void => {
    running.add(task);
    task.batch.inSlots.add(task);
    void options.run(task).finally(() => {
      running.delete(task);
      task.batch.inSlots.delete(task);
      pump();
    });
  };

  /** Marks the next few, and begins to read them: no slot waits for the database or for a file. */
  const markAhead = (batch: ActiveBatch): void => {
    if (batch.isMarking) return;
    const free = Math.max(0, Math.min(slotsOf(batch) - batch.inSlots.size, options.capacity - running.size));
    const [marked, unmarked] = partition(batch.queue, isMarked);
    const room = free - marked.length;
    const isIdle = isQuiet() && marked.length === 0;
    const [first] = unmarked;
    if (isIdle && first !== undefined && isSuspect(first)) {
      if (room <= 0 || !isAloneWith(first)) return;
      suspect = first;
    }
    const tasks = nextToMark(unmarked, { room, ahead: room + lookahead(batch), isIdle });
    if (tasks.length === 0) return;
    batch.isMarking = true;
    for (const task of tasks) task.isMarking = true;
    options
      .mark(batch, tasks)
      .then(
        (ours) => settleMarks(batch, tasks, ours, options.readAhead),
        (error: unknown) => {
          for (const task of tasks) {
            if (removeFrom(batch, task)) task.settle('returned', undefined);
            task.fail(error);
          }
        },
      )
      .finally(() => {
        batch.isMarking = false;
        for (const task of tasks) task.isMarking = false;
        pump();
      });
  };

  /** Nobody else is marked, in any batch. False while what waits elsewhere is taken back; the pump runs again then. */
  const isAloneWith = (task: Task): boolean => {
    const others = [...batches.values()].filter(
      ({ isMarking, queue }) =>
        isMarking || queue.some((other) => other !== task && other.markedAtMs !== null),
    );
    const waiting = others.filter(({ isMarking }) => !isMarking);
    if (waiting.length > 0) void Promise.allSettled(waiting.map(options.takeBackMarks)).then(pump);
    return others.length === 0;
  };

  const takeProbe = (batch: ActiveBatch): Task | undefined => {
    if (suspect !== null || (isAlone && !isQuiet())) return undefined;
    // What is said of a document in its row must be said before it runs.
    const free = batch.queue.filter(({ isMarking }) => !isMarking);
    const task = free.find((queued) => !isSuspect(queued)) ?? free[0];
    const alone = task !== undefined && isSuspect(task);
    if (task === undefined || (alone && !(isQuiet() && isAloneWith(task)))) return undefined;
    isAlone = alone;
    removeFrom(batch, task);
    return task;
  };

  return { pump, takeProbe };
}

/**
 * Which tasks to mark. A mark says "in work" to whoever finds it after a crash, so what saw a worker die already is
 * marked only when a slot is free for it, and the one that runs alone is marked alone: it must not take innocents along.
 */
function nextToMark(
  unmarked: readonly Task[],
  { room, ahead, isIdle }: { room: number; ahead: number; isIdle: boolean },
): Task[] {
  const [first] = unmarked;
  if (first !== undefined && isSuspect(first)) return isIdle && room > 0 ? [first] : [];
  const end = unmarked.findIndex(
    (task, index) => index >= (task.item.crashCount === 0 ? ahead : room) || isSuspect(task),
  );
  return unmarked.slice(0, end < 0 ? undefined : end);
}

function settleMarks(
  batch: ActiveBatch,
  tasks: readonly Task[],
  ours: Set<string>,
  readAhead: (task: Task) => void,
): void {
  const nowMs = performance.now();
  for (const task of tasks) {
    if (!ours.has(task.item.documentId)) {
      if (removeFrom(batch, task)) task.settle('dropped');
      continue;
    }
    task.markedAtMs = nowMs;
    // Not when it was stopped in the meantime, when its mark was only renewed, or when it saw a worker die.
    if (batch.queue.includes(task) && task.reading === null && task.item.crashCount === 0) readAhead(task);
  }
}

function removeFrom(batch: ActiveBatch, task: Task): boolean {
  const index = batch.queue.indexOf(task);
  if (index < 0) return false;
  batch.queue.splice(index, 1);
  return true;
}

function isSuspect({ item }: Task): boolean {
  return mustRunAlone(item.crashCount);
}

function isMarked(task: Task): boolean {
  return task.markedAtMs !== null && performance.now() - task.markedAtMs < MARK_VALID_MS;
}

/** Its call can begin in the same moment. */
function isReady(task: Task): boolean {
  return isMarked(task) && task.reading?.endedAtMs !== null;
}

function mayRunNow(batches: ReadonlyMap<string, ActiveBatch>, task: Task): boolean {
  const { batch } = task;
  if (batches.get(batch.batchId) !== batch || batch.gate.isClosed() || !mayStart(batch)) return false;
  return isMarked(task) && batch.queue.includes(task);
}

function lookahead(batch: ActiveBatch): number {
  return Math.max(1, Math.floor(slotsOf(batch) / 2));
}

/**
 * Half of what should be marked ahead is used up; it is refilled in one statement. Only for a batch that has slots: one
 * that waits behind others must not look as if it had begun.
 */
function isRunningDry(batch: ActiveBatch): boolean {
  if (batch.inSlots.size === 0 || batch.gate.isClosed() || !mayGoOn(batch)) return false;
  return batch.queue.slice(0, Math.ceil(lookahead(batch) / 2)).some((task) => !isMarked(task));
}

function nextBatch(batches: ReadonlyMap<string, ActiveBatch>): ActiveBatch | undefined {
  let best: ActiveBatch | undefined;
  for (const batch of batches.values()) {
    if (batch.gate.isClosed() || !mayStart(batch)) continue;
    if (!batch.queue.some((task) => !task.isMarking)) continue;
    if (best === undefined || isBefore(batch, best)) best = batch;
  }
  return best;
}

function isBefore(a: ActiveBatch, b: ActiveBatch): boolean {
  const byPriority = a.view.settings.priority - b.view.settings.priority;
  return byPriority < 0 || (byPriority === 0 && a.lastServed < b.lastServed);
}
