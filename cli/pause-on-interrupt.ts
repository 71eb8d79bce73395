import { actorName } from '../src/actor.ts';
import { pauseInterrupted } from '../src/client/pause-interrupted.ts';
import type { CliContext } from './context.ts';
import type { Session } from './open-session.ts';
import { warnOfBilled } from './still-billed.ts';

/** What the first Ctrl-C does to a batch that a command follows: pause it, and wait for what is in work. */
export function pauseOnInterrupt(
  context: CliContext,
  session: Session,
  batch: { id: string; workflowId: string },
): () => Promise<void> {
  return async () => {
    context.err('Pausing: documents in work are being finished; press Ctrl-C again to leave at once.');
    const { message: reason } = context.interrupted.reason as Error;
    await pauseInterrupted(session, batch, { actor: actorName(context.env), reason });
    await warnOfBilled(context, session.db, batch.id);
  };
}
