import { randomUUID } from 'node:crypto';
import { reserveBudget } from '../db/budget.ts';
import type { Database } from '../db/database.ts';
import { orderControl } from '../db/orders.ts';
import type { Meter, PaidCall } from '../domain/money.ts';
import { formatUsd } from '../domain/money.ts';
import type { Task } from './active-batch.ts';
import { outlastOutage } from './outage.ts';

/** No further call may be made: the document goes back without an attempt, what it paid is recorded. */
export class BudgetStop extends Error {
  override readonly name = 'BudgetStop';
}

/** A call that was billed, with the id under which it is counted once. */
export type CountedCall = PaidCall & { id: string };

const POLL_MS = 200;

/** Counts the paid calls of one try of one document into `paid`, and asks the batch's budget before each. */
export function createMeter(db: Database, workerId: string, task: Task, paid: CountedCall[]): Meter {
  const { batch, item } = task;
  const { batchId } = batch;

  async function reserve(worstNanoUsd: () => Promise<number>): Promise<void> {
    if (batch.view.settings.budgetNanoUsd === null) return;
    const worst = await worstNanoUsd();
    const paidNanoUsd = paid.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    const reservation = { batchId, documentId: item.documentId, epoch: item.epoch, workerId };
    for (;;) {
      task.abort.signal.throwIfAborted();
      const answer = await outlastOutage(() =>
        reserveBudget(db, { ...reservation, amountNanoUsd: paidNanoUsd + worst }),
      );
      if (answer.verdict === 'reserved') return;
      if (batch.view.control !== 'run') throw new BudgetStop('The batch stands still');
      if (answer.verdict === 'exhausted') {
        await pause(worst, answer.spent, answer.reserved, answer.budget ?? 0);
        throw new BudgetStop('The budget is spent');
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async function pause(worst: number, spent: number, reserved: number, budget: number): Promise<void> {
    const held = reserved > 0 ? `, ${formatUsd(reserved)} held for interrupted calls` : '';
    const detail = `${formatUsd(spent)} of ${formatUsd(budget)} spent${held}; the next document may cost ${formatUsd(worst)}`;
    await outlastOutage(() =>
      orderControl(db, {
        batchId,
        control: 'pause',
        now: false,
        actor: 'docbatch',
        reason: 'budget',
        detail,
      }),
    );
    batch.view = { ...batch.view, control: 'pause' };
  }

  return { reserve, paid: (call) => paid.push({ ...call, id: randomUUID() }) };
}
