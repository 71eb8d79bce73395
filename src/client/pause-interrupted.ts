import type { Database } from '../db/database.ts';
import { orderControl } from '../db/orders.ts';
import type { Client } from './connect.ts';
import { wakeBatch } from './start-batch.ts';

/** What an interrupt does to the batch that somebody waits for: what is in work is finished, and `resume` goes on. */
export async function pauseInterrupted(
  { db, client }: { db: Database; client: Client },
  batch: { id: string; workflowId: string },
  { actor, reason }: { actor: string; reason: string },
): Promise<void> {
  const order = { batchId: batch.id, control: 'pause', now: false, code: 'interrupted' } as const;
  await orderControl(db, { ...order, reason, actor });
  await wakeBatch(client, batch.workflowId);
}
