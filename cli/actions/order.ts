import { startBatch, wakeBatch } from '../../src/client/start-batch.ts';
import { cancelTerminated } from '../../src/db/batch-ends.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { orderControl } from '../../src/db/orders.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { isOpen, openBatchesByName, resolveBatch } from '../../src/db/resolve-batch.ts';
import { terminalBatchStatuses, type BatchStatus } from '../../src/domain/batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { actorName } from '../../src/actor.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { openSession } from '../open-session.ts';
import { warnOfBilled } from '../still-billed.ts';

interface Flags {
  all?: boolean;
  now?: boolean;
  reason?: string;
}

/**
 * `pause` and `cancel`: the row is written first and rules at once; the signal only wakes the workflow. A cancel needs a
 * worker, which ends the workflow; it is given a few seconds, so that `status` agrees right after.
 */
export const pause = order('pause');
export const cancel = order('cancel');

function order(control: 'pause' | 'cancel') {
  return async (context: CliContext, named: string | undefined, flags: Flags): Promise<number> => {
    refuseBoth(named, flags.all);
    const db = await context.database();
    const batches = await chosenBatches(db, named, flags.all === true);
    const open = () => openSession(context, { worker: control === 'cancel' });
    let session = batches.some(isOpen) ? await open() : null;
    if (batches.length === 0) context.out(`Nothing to ${control}: no batch is open.`);
    for (const batch of batches) {
      const order = { batchId: batch.id, actor: actorName(context.env), reason: flags.reason ?? null };
      const { changed, status } = await orderControl(db, { ...order, control, now: flags.now === true });
      if (changed) {
        const { client } = (session ??= await open());
        const isHeard = await wakeBatch(client, batch.workflowId);
        // A scheduled run that stands still has ended, and only a workflow can end its batch.
        if (!isHeard && control === 'cancel') await startBatch(db, client, batch.id);
      }
      const said =
        control === 'pause'
          ? await afterPause(context, db, batch, changed, status)
          : await afterCancel(db, order, changed, status);
      context.out(`Batch ${shortId(batch.id)} (${batch.name}): ${said}`);
    }
    return 0;
  };
}

async function afterPause(
  context: CliContext,
  db: Database,
  { id }: NamedBatch,
  changed: boolean,
  status: BatchStatus,
): Promise<string> {
  if (!changed) return status === 'processing' ? 'a halt or a cancel is under way' : unchanged(status);
  await warnOfBilled(context, db, id);
  context.err(`Go on with: ${commandLine(context.env, `resume ${shortId(id)}`)}`);
  return 'paused';
}

const CANCEL_WAIT_MS = 10_000;

async function afterCancel(
  db: Database,
  order: { batchId: string; actor: string; reason: string | null },
  changed: boolean,
  status: BatchStatus,
): Promise<string> {
  if (status === 'terminated') return (await cancelTerminated(db, order)) ? 'cancelled' : unchanged(status);
  if (terminalBatchStatuses.includes(status)) return unchanged(status);
  const deadlineMs = performance.now() + CANCEL_WAIT_MS;
  while (performance.now() < deadlineMs) {
    if ((await batchSnapshot(db, order.batchId)).status === 'cancelled') return 'cancelled';
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return `${changed ? '' : 'already '}being cancelled; documents in work are being finished`;
}

function unchanged(status: BatchStatus): string {
  return `${status} already; nothing changed`;
}

/** `--all` beside a name could only be a slip. */
export function refuseBoth(named: string | undefined, all: boolean | undefined): void {
  if (named === undefined || all !== true) return;
  throw new CliError('Expected a batch or `--all`, got both', { next: 'leave one of them out' });
}

export async function chosenBatches(
  db: Database,
  named: string | undefined,
  all: boolean,
): Promise<NamedBatch[]> {
  return all ? openBatchesByName(db) : [await resolveBatch(db, named)];
}
