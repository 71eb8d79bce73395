import { randomUUID } from 'node:crypto';
import { reserveBudget } from '../db/budget.ts';
import type { Database } from '../db/database.ts';
import { keepAnswers } from '../db/keep-answers.ts';
import type { BatchSettings } from '../domain/batch.ts';
import type { Meter, PaidCall } from '../domain/money.ts';
import type { KeptAnswer } from '../domain/provider-batch.ts';
import type { Task } from './active-batch.ts';
import { isRefusedValue } from './committer.ts';
import { pauseForBudget } from './pause-for-budget.ts';
import type { Room } from './room.ts';
import { outlastOutage } from './outage.ts';
import { fenceOf } from './tasks.ts';

export interface MeterDeps {
  db: Database;
  workerId: string;
  /** Whether an order, a closed gate, or the lack of news forbids calls. */
  mayAsk(task: Task): boolean;
  /** What the pictures of all calls of this process may take. */
  pictureRoom: Room;
}

/** No call may be made now: the document goes back without an attempt, what it paid is recorded. */
export class NoCallNow extends Error {
  override readonly name = 'NoCallNow';
  /** When to look again; the document holds no slot meanwhile. */
  readonly waitMs: number;

  constructor(message: string, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/** A call that was billed, with the id under which it is counted once. */
export type CountedCall = PaidCall & { id: string };

/** What waits longer than this is not in work: when its worker dies meanwhile, that is not its fault. */
const WAITS_AFTER_MS = 250;
const POLL_MS = 200;
const LATER_MS = 1_000;

/** What the calls of one try of one document cost. */
export interface Bill {
  paid: CountedCall[];
  /** What a call whose fate is unknown may have cost; 0 when there is none. */
  lostNanoUsd: number;
}

/**
 * Counts the paid calls of one try of one document into `bill`, and asks the batch's budget before each. What was answered
 * before the next call is stored before that call is made, and taken out of `bill` and `kept`.
 */
export function createMeter(
  { db, workerId, mayAsk, pictureRoom }: MeterDeps,
  task: Task,
  { bill, kept }: { bill: Bill; kept: KeptAnswer[] },
): Meter & { apart<T>(work: Promise<T>): Promise<T>; waitedMs(): number } {
  const { batch, item } = task;
  const { batchId } = batch;
  let waitedMs = 0;
  let waitsSinceMs: number | null = null;
  let worstOfCall = 0;

  const paidSoFar = (): number => bill.paid.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);

  async function keepSoFar(): Promise<void> {
    if (kept.length === 0) return;
    const answered = { batchId, ...fenceOf(task), paid: [...bill.paid], kept: [...kept] };
    let isOurs: boolean;
    try {
      isOurs = await outlastOutage(() => keepAnswers(db, answered), isRefusedValue);
    } catch (error) {
      // Then the commit finds out, and blames this document alone.
      if (isRefusedValue(error)) return;
      throw error;
    }
    // Put back before its next call, this task comes again without another look into the rows.
    const known = answered.kept.map(
      ({ key, answer }) => [key, { ...answer, customId: answer.requestId }] as const,
    );
    task.recorded = new Map([...(task.recorded ?? []), ...known]);
    bill.paid.splice(0, answered.paid.length);
    kept.splice(0, answered.kept.length);
    if (!isOurs) throw new NoCallNow('Another worker has it by now');
  }

  async function reserve(worstNanoUsd: () => Promise<number>): Promise<void> {
    await keepSoFar();
    // Batches that were made before there were budgets have none.
    const settings: Partial<BatchSettings> = batch.view.settings;
    if ((settings.budgetNanoUsd ?? null) === null) return;
    const worst = await worstNanoUsd();
    const reservation = { batchId, documentId: item.documentId, epoch: item.epoch, workerId };
    await marked(async () => {
      for (;;) {
        task.abort.signal.throwIfAborted();
        const answer = await outlastOutage(() =>
          reserveBudget(db, { ...reservation, amountNanoUsd: paidSoFar() + worst }),
        );
        if (answer.verdict === 'reserved') {
          task.isReserved = true;
          worstOfCall = worst;
          return;
        }
        if (batch.view.control !== 'run') throw new NoCallNow('The batch stands still');
        if (answer.verdict === 'exhausted') {
          const { spent, reserved, budget } = answer;
          const facts = { spent, reserved, budget: budget ?? 0, needed: worst };
          await outlastOutage(() => pauseForBudget(db, batchId, facts, 'held for interrupted calls'));
          batch.view = { ...batch.view, control: 'pause' };
          throw new NoCallNow('The budget is spent');
        }
        // Retries go first, but only into slots that are free.
        if (answer.verdict === 'later') throw new NoCallNow('Money may be freed by retries', LATER_MS);
        await sleep(POLL_MS, task.abort.signal);
      }
    });
  }

  async function admit(inputTokens: number, mostNanoUsd: number): Promise<void> {
    if (!task.isReserved) {
      worstOfCall = mostNanoUsd;
      await batch.noteWorst(paidSoFar() + mostNanoUsd);
    }
    await marked(async () => {
      const waitMs = await batch.limiter.place(inputTokens);
      if (waitMs > 0) await sleep(waitMs, task.abort.signal);
    });
    task.abort.signal.throwIfAborted();
    // Forbidden while this one waited: it goes back into the queue, without a slot.
    if (!mayAsk(task)) throw new NoCallNow('Not now');
    task.controlSeq = batch.view.controlSeq;
  }

  async function waitFor(event: Promise<void>, atMostMs: number): Promise<void> {
    const patience = new AbortController();
    await marked(() => {
      const over = AbortSignal.any([task.abort.signal, patience.signal]);
      return Promise.race([event, sleep(atMostMs, over)]).finally(() => patience.abort());
    });
    task.abort.signal.throwIfAborted();
  }

  async function room(sizeBytes: number): Promise<() => void> {
    let leave: (() => void) | null = null;
    try {
      await marked(async () => {
        leave = await pictureRoom.take(sizeBytes, task.abort.signal);
      });
      if (!mayAsk(task)) throw new NoCallNow('Not now');
      return leave!;
    } catch (error) {
      (leave as (() => void) | null)?.();
      throw error;
    }
  }

  /** Runs what may wait long, and has it in the row meanwhile that the document only waits. */
  async function marked(wait: () => Promise<void>): Promise<void> {
    const noted: Promise<unknown>[] = [];
    const timer = setTimeout(() => {
      noted.push(batch.marks.waits(fenceOf(task)).catch(() => undefined));
    }, WAITS_AFTER_MS);
    try {
      await wait();
    } finally {
      clearTimeout(timer);
      await Promise.all(noted);
    }
    if (noted.length === 0 || task.abort.signal.aborted) return;
    if (!(await batch.marks.begins(fenceOf(task)))) throw new NoCallNow('Another worker has it by now');
  }

  /** One after the other, as the calls of a document are. */
  async function apart<T>(work: Promise<T>): Promise<T> {
    const startedAtMs = performance.now();
    waitsSinceMs = startedAtMs;
    try {
      return await work;
    } finally {
      waitsSinceMs = null;
      waitedMs += performance.now() - startedAtMs;
    }
  }

  return {
    waitFor: (event, atMostMs) => apart(waitFor(event, atMostMs)),
    reserve: (worstNanoUsd) => apart(reserve(worstNanoUsd)),
    admit: (inputTokens, mostNanoUsd) => apart(admit(inputTokens, mostNanoUsd)),
    room: (sizeBytes) => apart(room(sizeBytes)),
    report: (call) => batch.limiter.report(call),
    paid: (call) => bill.paid.push({ ...call, id: randomUUID() }),
    lost: () => {
      bill.lostNanoUsd = worstOfCall;
    },
    apart,
    waitedMs: () => waitedMs + (waitsSinceMs === null ? 0 : performance.now() - waitsSinceMs),
  };
}

/** Ends early when aborted; the caller looks. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
