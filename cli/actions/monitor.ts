import { isOpen, resolveBatch } from '../../src/db/resolve-batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { showReason } from '../batch-end.ts';
import type { CliContext } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import { leaveOnInterrupt } from '../leave-on-interrupt.ts';
import { openSession } from '../open-session.ts';
import { describe } from '../output/progress-view.ts';
import { workflowUrl } from '../workflow-url.ts';

interface Flags {
  json?: boolean;
  verbose?: boolean;
}

export async function monitor(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const db = await context.database();
  const batch = await resolveBatch(db, named);
  const { id, name, workflowId } = batch;
  const session = isOpen(batch) ? await openSession(context, { worker: false }) : null;
  const url = session === null ? null : await workflowUrl(session, workflowId);
  context.err(`Batch ${shortId(id)} (${name})${url === null ? '' : `; ${url}`}`);
  const last = await followBatch(context, db, id, leaveOnInterrupt(context), {
    verbose: flags.verbose === true,
    onLook: (snapshot) => {
      if (flags.json === true) context.out(JSON.stringify(snapshot));
    },
  });
  if (flags.json === true) return 0;
  context.out(`Batch ${shortId(id)} (${name}): ${last.status}; ${describe(last, { withStatus: false })}`);
  showReason(context, last);
  return 0;
}
