import type { Database } from '../db/database.ts';
import { orderControl } from '../db/orders.ts';
import { formatUsd } from '../domain/money.ts';

/** All in nano-USD. */
export interface SpentBudget {
  spent: number;
  reserved: number;
  budget: number;
  /** What the next document may cost. */
  needed: number;
}

/** Pauses a batch whose money does not suffice for another document; `heldFor` says what the reserved part waits for. */
export async function pauseForBudget(
  db: Database,
  batchId: string,
  { spent, reserved, budget, needed }: SpentBudget,
  heldFor: string,
): Promise<void> {
  const held = reserved > 0 ? `, ${formatUsd(reserved)} ${heldFor}` : '';
  const reason = `${formatUsd(spent)} of ${formatUsd(budget)} spent${held}; the next document may cost ${formatUsd(needed)}`;
  await orderControl(db, {
    ...{ batchId, control: 'pause', now: false },
    ...{ actor: 'docbatch', code: 'budget', reason },
  });
}
