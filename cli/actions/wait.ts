import { isOpen, resolveBatch } from '../../src/db/resolve-batch.ts';
import { exitCodeFor } from '../../src/domain/batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import type { CliContext } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import { leaveOnInterrupt } from '../leave-on-interrupt.ts';
import { openSession } from '../open-session.ts';
import { outcomeOf } from '../output/end-as-json.ts';
import { describe } from '../output/progress-view.ts';

export async function wait(
  context: CliContext,
  named: string | undefined,
  flags: { json?: boolean },
): Promise<number> {
  const db = await context.database();
  const batch = await resolveBatch(db, named);
  const { id } = batch;
  if (isOpen(batch)) await openSession(context, { worker: true });
  const last = await followBatch(context, db, id, leaveOnInterrupt(context));
  if (flags.json === true) context.out(JSON.stringify(outcomeOf(last), null, 2));
  else
    context.out(
      `Batch ${shortId(id)} (${last.name}): ${last.status}; ${describe(last, { withStatus: false })}`,
    );
  return exitCodeFor(last.status, last.reason);
}
