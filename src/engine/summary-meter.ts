import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { releaseReservation, reserveBudget } from '../db/budget.ts';
import type { Database } from '../db/database.ts';
import { paySummary } from '../db/summaries.ts';
import { permanent } from '../domain/failure.ts';
import type { Meter } from '../domain/money.ts';
import { formatUsd } from '../domain/money.ts';
import type { Limiter } from './limiter.ts';
import type { CountedCall } from './meter.ts';
import { outlastOutage } from './outage.ts';

export interface SummaryMeterDeps {
  db: Database;
  workerId: string;
  batchId: string;
  epoch: number;
  limiter: Limiter;
  /** Throws when no call may be made now. */
  mayAsk(): Promise<void>;
  /** Ends the waiting for a place. */
  stopped: AbortSignal;
}

/**
 * The door of the calls for one batch's summary. Each is reserved before it is made, with a budget or without: so one that
 * a kill cuts off is known, and counted as perhaps billed.
 */
export function createSummaryMeter(deps: SummaryMeterDeps): Meter & {
  /** What was billed, and is not written yet. */
  bill(): readonly CountedCall[];
  settled(): void;
  /** After a failure: writes what was billed, and lets go what was held, but for a call whose fate is unknown. */
  giveUp(): Promise<void>;
} {
  const { db, workerId, batchId, epoch, limiter } = deps;
  let bill: CountedCall[] = [];
  let isLost = false;
  const flush = async (): Promise<void> => {
    if (bill.length === 0) return;
    await outlastOutage(() => paySummary(db, { batchId, epoch }, bill));
    bill = [];
  };
  return {
    bill: () => bill,
    // Its calls are made one after the other.
    waitFor: () => Promise.resolve(),
    giveUp: async () => {
      await flush();
      if (isLost) return;
      await outlastOutage(() => releaseReservation(db, batchId, { documentId: batchId, epoch }));
    },
    settled: () => {
      bill = [];
    },
    async reserve(worstNanoUsd) {
      // A second question about the same, since the first answer was cut off: the first is billed all the same.
      await flush();
      await deps.mayAsk();
      const amountNanoUsd = await worstNanoUsd();
      const reservation = { batchId, documentId: batchId, epoch, workerId, amountNanoUsd };
      const { verdict, spent, reserved, budget } = await outlastOutage(() => reserveBudget(db, reservation));
      if (verdict === 'reserved') return;
      const held = reserved > 0 ? `, ${formatUsd(reserved)} held for interrupted calls` : '';
      throw permanent(
        'budget',
        `${formatUsd(spent)} of ${formatUsd(budget ?? 0)} spent${held}; the summary may cost ${formatUsd(amountNanoUsd)}`,
        { stage: 'analyze' },
      );
    },
    async admit(inputTokens) {
      const waitMs = await limiter.place(inputTokens);
      // Stopped, it hears so from `mayAsk`.
      if (waitMs > 0) await sleep(waitMs, undefined, { signal: deps.stopped }).catch(() => undefined);
      await deps.mayAsk();
    },
    room: () => Promise.resolve(() => undefined),
    report: (call) => limiter.report(call),
    paid: (call) => bill.push({ ...call, id: randomUUID() }),
    // Its reservation stays, and is settled when the summary is there.
    lost: () => {
      isLost = true;
    },
  };
}
