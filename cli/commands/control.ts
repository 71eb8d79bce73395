import { Command } from 'commander';
import { wakeBatch } from '../../src/client/start-batch.ts';
import type { Database } from '../../src/db/database.ts';
import { orderControl } from '../../src/db/orders.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { openBatchesByName, resolveBatch } from '../../src/db/resolve-batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { actorName } from '../actor.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { openSession } from '../open-session.ts';
import type { Register } from '../program.ts';

interface Flags {
  all?: boolean;
  now?: boolean;
  reason?: string;
}

/** `pause` and `cancel`: the row is written first and rules at once; the signal only wakes the workflow. */
export function registerPause(register: Register): void {
  register(orderCommand('pause', 'let documents in work finish, start no other'), order('pause'));
}

export function registerCancel(register: Register): void {
  register(orderCommand('cancel', 'stop for good; results that are there stay'), order('cancel'));
}

function orderCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every open batch')
    .option('--now', 'abort documents in work and put them back, without an attempt')
    .option('--reason <text>', 'kept with who and when');
}

function order(control: 'pause' | 'cancel') {
  return async (context: CliContext, named: string | undefined, flags: Flags): Promise<number> => {
    const { db, client } = await openSession(context, { worker: false });
    for (const batch of await chosenBatches(db, named, flags.all === true)) {
      const request = { batchId: batch.id, control, now: flags.now === true, actor: actorName(context.env) };
      const { changed, status } = await orderControl(db, { ...request, reason: flags.reason ?? null });
      if (changed) await wakeBatch(client, batch.workflowId);
      const done = control === 'pause' ? 'paused' : 'cancelled: documents in work are being finished';
      context.out(
        `Batch ${shortId(batch.id)} (${batch.name}): ${changed ? done : `${status} already; nothing changed`}`,
      );
      if (changed && control === 'pause')
        context.err(`Go on with: ${commandLine(context.env, `resume ${shortId(batch.id)}`)}`);
    }
    return 0;
  };
}

export async function chosenBatches(
  db: Database,
  named: string | undefined,
  all: boolean,
): Promise<NamedBatch[]> {
  return all ? openBatchesByName(db) : [await resolveBatch(db, named)];
}
