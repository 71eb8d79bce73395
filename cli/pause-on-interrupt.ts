import { wakeBatch } from '../src/client/start-batch.ts';
import { orderControl } from '../src/db/orders.ts';
import { actorName } from './actor.ts';
import type { CliContext } from './context.ts';
import type { Session } from './open-session.ts';

/** What the first Ctrl-C does to a batch that a command follows: pause it, and wait for what is in work. */
export function pauseOnInterrupt(
  context: CliContext,
  { db, client }: Session,
  batch: { id: string; workflowId: string },
): () => Promise<void> {
  return async () => {
    context.err('Pausing: documents in work are being finished; press Ctrl-C again to leave at once.');
    const order = { batchId: batch.id, control: 'pause', now: false, code: 'interrupted' } as const;
    await orderControl(db, { ...order, reason: 'Ctrl-C', actor: actorName(context.env) });
    await wakeBatch(client, batch.workflowId);
  };
}
