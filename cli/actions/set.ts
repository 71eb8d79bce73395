import { wakeBatch } from '../../src/client/start-batch.ts';
import { changeSettings } from '../../src/db/change-settings.ts';
import { isOpen, resolveBatch } from '../../src/db/resolve-batch.ts';
import { describeEvent } from '../../src/domain/describe-event.ts';
import { shortId } from '../../src/domain/ids.ts';
import { actorName } from '../../src/actor.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { hintAtSlots } from '../hint-at-slots.ts';
import { openSession } from '../open-session.ts';
import type { SettingsFlags } from '../settings-options.ts';
import { changedSettings } from '../settings-options.ts';

export async function set(context: CliContext, named: string, flags: SettingsFlags): Promise<number> {
  const changes = changedSettings(flags, context.config().userDir);
  if (Object.keys(changes).length === 0)
    throw new CliError('Nothing to set', { next: commandLine(context.env, 'set last --parallel 10') });
  const db = await context.database();
  const batch = await resolveBatch(db, named);
  const session = isOpen(batch) ? await openSession(context, { worker: false }) : null;
  const halts = await changeSettings(db, { batchId: batch.id, actor: actorName(context.env), changes });
  if (session !== null) await wakeBatch(session.client, batch.workflowId);
  await hintAtSlots(context, db, flags.parallel);
  context.out(
    `Batch ${shortId(batch.id)} (${batch.name}): ${describeEvent({ reason: null, detail: changes })}`,
  );
  if (!isOpen(batch)) {
    const again = batch.status === 'terminated' ? 'resume' : 'retry';
    context.err(
      `It is ${batch.status}, so this has no effect now; it holds from: ${commandLine(context.env, `${again} ${shortId(batch.id)}`)}`,
    );
  }
  if (halts) context.err('More documents have failed than that allows: the batch halts.');
  return 0;
}
