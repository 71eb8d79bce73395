import type { BatchSettings } from '../domain/batch.ts';
import type { Database } from './database.ts';
import { haltOverBudget } from './failure-budget.ts';
import { noteEvent } from './orders.ts';

/** Workers see it within half a second; the workflow when it is woken. True when a lower `maxFailures` halts the batch. */
export async function changeSettings(
  db: Database,
  change: { batchId: string; actor: string; changes: Partial<BatchSettings> },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.query('UPDATE processing_batches SET settings = settings || $2::jsonb WHERE id = $1', [
      change.batchId,
      JSON.stringify(change.changes),
    ]);
    await noteEvent(tx, {
      batchId: change.batchId,
      event: 'settings',
      actor: change.actor,
      reason: null,
      detail: change.changes,
    });
    return haltOverBudget(tx, change.batchId);
  });
}
