import { Command, InvalidArgumentError } from 'commander';
import { startBatch, wakeBatch } from '../../src/client/start-batch.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { claudeProvider } from '../../src/analyze/claude/client.ts';
import { startRamp } from '../../src/db/limits.ts';
import { orderControl } from '../../src/db/orders.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import type { ItemSelection } from '../../src/db/reopen.ts';
import { countRetryable, reopenBatch } from '../../src/db/reopen.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { actorName } from '../actor.ts';
import { showEnd } from '../batch-end.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import type { Session } from '../open-session.ts';
import { openSession } from '../open-session.ts';
import { endAsJson } from '../output/end-as-json.ts';
import type { Register } from '../program.ts';
import type { SettingsFlags } from '../settings-options.ts';
import { addSettings, changedSettings, duration, usd } from '../settings-options.ts';
import { chosenBatches } from './control.ts';

interface Flags extends SettingsFlags {
  all?: boolean;
  only?: Pick<ItemSelection, 'failureClass' | 'failureCode'>;
  match?: string;
  dryRun?: boolean;
  detach?: boolean;
  json?: boolean;
  reason?: string;
  ramp?: number;
}

export function registerResume(register: Register): void {
  const command = new Command('resume')
    .description('go on with a paused, halted, interrupted or terminated batch')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every batch that is not finished')
    .option('--budget <USD>', 'what paid calls of the batch may cost in all', usd)
    .option(
      '--ramp <time>',
      'begin with a quarter of the allowed calls, and rise within this time',
      duration,
    );
  register(addCommon(command), resume);
}

export function registerRetry(register: Register): void {
  const command = new Command('retry')
    .description('take up failed documents of a batch again')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--only <which>', 'transient, permanent, or type=<code>', only)
    .option('--match <glob>', 'only documents whose uri or path matches')
    .option('--dry-run', 'say how many; change nothing');
  register(addSettings(addCommon(command)), retry);
}

function addCommon(command: Command): Command {
  return command
    .option('--detach', 'return at once')
    .option('--json', 'print the outcome as JSON')
    .option('--reason <text>', 'kept with who and when');
}

async function resume(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const session = await openSession(context, { worker: true });
  let exitCode = 0;
  for (const batch of await chosenBatches(session.db, named, flags.all === true)) {
    const { status } = await batchSnapshot(session.db, batch.id);
    if (flags.ramp !== undefined) await ramp(session, batch.id, flags.ramp);
    if (['paused', 'halted', 'terminated'].includes(status)) {
      await reopen(context, session, batch, flags, null);
    } else if (['completed', 'completed_with_failures', 'cancelled'].includes(status)) {
      context.err(`Batch ${shortId(batch.id)} is ${status}; there is nothing to resume.`);
    } else await startBatch(session.db, session.client, batch.id);
    exitCode = Math.max(exitCode, await follow(context, session, batch, flags));
  }
  return exitCode;
}

async function ramp({ db }: Session, batchId: string, rampMs: number): Promise<void> {
  const { analyzer, parameters } = await batchRecipe(db, batchId);
  if (analyzer !== 'claude') {
    throw new CliError('`--ramp` is for Claude, whose limits are known', { next: 'use a lower --parallel' });
  }
  const { baseUrl } = parameters as { baseUrl?: string };
  await startRamp(db, claudeProvider(baseUrl ?? null), rampMs);
}

async function retry(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const session = await openSession(context, { worker: flags.dryRun !== true });
  const [batch] = (await chosenBatches(session.db, named, false)) as [NamedBatch];
  const selection = {
    failureClass: flags.only?.failureClass ?? null,
    failureCode: flags.only?.failureCode ?? null,
    uriLike: flags.match === undefined ? null : likePattern(flags.match),
  };
  const count = await countRetryable(session.db, batch.id, selection);
  if (flags.dryRun === true || count === 0) {
    context.out(
      count === 0 ? 'Nothing to retry: no failed document is selected.' : `Would retry ${count} documents.`,
    );
    return 0;
  }
  await reopen(context, session, batch, flags, selection);
  context.err(`Batch ${shortId(batch.id)}: ${count} documents again`);
  return follow(context, session, batch, flags);
}

async function reopen(
  context: CliContext,
  { db, client }: Session,
  batch: NamedBatch,
  flags: Flags,
  selection: ItemSelection | null,
): Promise<void> {
  await reopenBatch(db, {
    batchId: batch.id,
    actor: actorName(context.env),
    reason: flags.reason ?? null,
    retry: selection,
    settings: changedSettings(flags, context.config().userDir),
  });
  await startBatch(db, client, batch.id);
}

async function follow(
  context: CliContext,
  { db, client }: Session,
  batch: NamedBatch,
  flags: Flags,
): Promise<number> {
  if (flags.detach === true) {
    await db.query('UPDATE processing_batches SET detached = true WHERE id = $1', [batch.id]);
    return 0;
  }
  const snapshot = await followBatch(context, db, batch.id, async () => {
    context.err('Pausing: documents in work are being finished; press Ctrl-C again to leave at once.');
    const order = { batchId: batch.id, control: 'pause' as const, now: false, reason: 'interrupted' };
    await orderControl(db, { ...order, actor: actorName(context.env) });
    await wakeBatch(client, batch.workflowId);
  });
  return flags.json === true ? endAsJson(context, db, snapshot) : showEnd(context, db, snapshot);
}

function only(text: string): Flags['only'] {
  if (text === 'transient' || text === 'permanent') return { failureClass: text, failureCode: null };
  const code = /^type=([a-z0-9_]+)$/.exec(text)?.[1];
  if (code === undefined) {
    throw new InvalidArgumentError(`Expected transient, permanent or type=<code>, got \`${text}\`.`);
  }
  return { failureClass: null, failureCode: code };
}

/** A glob over the end of a uri, as a LIKE pattern. */
function likePattern(glob: string): string {
  const escaped = encodeURI(glob).replace(/[\\%_]/g, (character) => `\\${character}`);
  return `%${escaped.replaceAll('*', '%').replaceAll('?', '_')}`;
}
