import { claudeProvider } from '../../src/analyze/claude/client.ts';
import { startBatch } from '../../src/client/start-batch.ts';
import type { Database } from '../../src/db/database.ts';
import { startRamp } from '../../src/db/limits.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import type { ItemSelection } from '../../src/db/reopen.ts';
import { countRetryable, mayChangeRecipe, reopenBatch } from '../../src/db/reopen.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { isOpen, resolveBatch, resumableBatches } from '../../src/db/resolve-batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import type { Recipe } from '../../src/domain/recipe.ts';
import { uriPattern } from '../../src/sources/glob.ts';
import { actorName } from '../../src/actor.ts';
import { showEnd } from '../batch-end.ts';
import { commandLine } from '../command-name.ts';
import { CliError, type CliContext } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import { leaveOnInterrupt } from '../leave-on-interrupt.ts';
import { documents } from '../nothing-to-do.ts';
import type { Session } from '../open-session.ts';
import { openSession } from '../open-session.ts';
import { endAsJson } from '../output/end-as-json.ts';
import { sayDetached } from '../output/say-detached.ts';
import { pauseOnInterrupt } from '../pause-on-interrupt.ts';
import type { SettingsFlags } from '../settings-options.ts';
import { changedSettings } from '../settings-options.ts';
import { agreeToRetry, retriedRecipe, standsNotStill, type RetriedFlags } from '../retried-recipe.ts';
import { chosenBatches, refuseBoth } from './order.ts';

interface Flags extends SettingsFlags, RetriedFlags {
  yes?: boolean;
  all?: boolean;
  only?: Pick<ItemSelection, 'failureClass' | 'failureCode'>;
  match?: string;
  dryRun?: boolean;
  detach?: boolean;
  json?: boolean;
  reason?: string;
  verbose?: boolean;
  ramp?: number;
}

export async function resume(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  refuseBoth(named, flags.all);
  const db = await context.database();
  const batches = flags.all === true ? await resumableBatches(db) : await chosenBatches(db, named, false);
  const canGoOn = (batch: NamedBatch) => isOpen(batch) || batch.status === 'terminated';
  const session = batches.some(canGoOn) ? await openSession(context, { worker: true }) : null;
  if (batches.length === 0) context.err('Nothing to resume: every batch is finished.');
  for (const batch of batches) {
    if (flags.ramp !== undefined) await ramp(db, batch.id, flags.ramp);
    if (session === null || !canGoOn(batch)) {
      context.err(`Batch ${shortId(batch.id)} is ${batch.status}; there is nothing to resume.`);
      if (batch.status === 'cancelled') {
        context.err(
          `To take it up again all the same: ${commandLine(context.env, `retry ${shortId(batch.id)}`)}`,
        );
      }
    } else await reopen(context, session, batch, flags, null);
  }
  const asList = flags.all === true && flags.json === true;
  let exitCode = 0;
  for (const [index, batch] of batches.entries()) {
    if (asList) context.out(index === 0 ? '[' : ',');
    exitCode = Math.max(exitCode, await follow(context, db, session, batch, flags));
  }
  if (asList) context.out(batches.length === 0 ? '[]' : ']');
  return exitCode;
}

async function ramp(db: Database, batchId: string, rampMs: number): Promise<void> {
  const { analyzer, parameters } = await batchRecipe(db, batchId);
  if (analyzer !== 'claude') {
    throw new CliError('`--ramp` is for Claude, whose limits are known', { next: 'use a lower --parallel' });
  }
  const { baseUrl } = parameters as { baseUrl?: string };
  await startRamp(db, claudeProvider(baseUrl ?? null), rampMs);
}

export async function retry(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const db = await context.database();
  const [batch] = (await chosenBatches(db, named, false)) as [NamedBatch];
  const selection = {
    failureClass: flags.only?.failureClass ?? null,
    failureCode: flags.only?.failureCode ?? null,
    uriPattern: flags.match === undefined ? null : uriPattern(flags.match),
  };
  const chosen = await retriedRecipe(context, db, batch, flags);
  const count = await countRetryable(db, batch.id, selection);
  if (flags.dryRun === true || count === 0) {
    const said =
      count === 0 ? 'Nothing to retry: no failed document is selected.' : `Would retry ${documents(count)}.`;
    context.out(
      flags.json === true ? JSON.stringify({ batch: batch.id, selected: count, retried: 0 }) : said,
    );
    return 0;
  }
  const isGiven = flags.yes === true || flags.budget !== undefined;
  const recipe =
    chosen === null
      ? null
      : await agreeToRetry(context, db, chosen, {
          ...{ batchId: batch.id, selection, isGiven, usesCache: flags.cache !== false },
          passwordsFile: changedSettings(flags, context.config().userDir).passwordsFile ?? null,
        });
  const session = await openSession(context, { worker: true });
  const reopened = await reopen(context, session, batch, flags, selection, recipe);
  if (reopened === 0 && recipe !== null) {
    const now = await resolveBatch(db, batch.id);
    if (!mayChangeRecipe(now.status)) throw standsNotStill(context, now);
    throw new CliError('Nothing is left to retry', {
      why: 'what was failed has been taken up or skipped meanwhile; the batch keeps its profile and model',
      next: commandLine(context.env, `status ${shortId(batch.id)}`),
    });
  }
  if (reopened === 0) {
    throw new CliError(`Batch ${shortId(batch.id)} is being cancelled`, {
      why: 'documents in work are being finished first',
      next: commandLine(context.env, `wait ${shortId(batch.id)}`),
    });
  }
  context.err(`Batch ${shortId(batch.id)}: ${documents(reopened)} again`);
  return follow(context, db, session, batch, flags);
}

async function reopen(
  context: CliContext,
  { db, client }: Session,
  batch: NamedBatch,
  flags: Flags,
  selection: ItemSelection | null,
  recipe: Recipe | null = null,
): Promise<number> {
  const { reopened } = await reopenBatch(db, {
    batchId: batch.id,
    actor: actorName(context.env),
    reason: flags.reason ?? null,
    retry: selection,
    settings: changedSettings(flags, context.config().userDir),
    recipe,
  });
  await startBatch(db, client, batch.id);
  return reopened;
}

/** Without a session it is a batch that stands still for good. */
async function follow(
  context: CliContext,
  db: Database,
  session: Session | null,
  batch: NamedBatch,
  flags: Flags,
): Promise<number> {
  if (flags.detach === true) {
    await db.query('UPDATE processing_batches SET detached = true WHERE id = $1', [batch.id]);
    sayDetached(context, batch.id, flags.json === true);
    return 0;
  }
  const onInterrupt =
    session === null ? leaveOnInterrupt(context) : pauseOnInterrupt(context, session, batch);
  const snapshot = await followBatch(context, db, batch.id, onInterrupt, { verbose: flags.verbose === true });
  return flags.json === true ? endAsJson(context, db, snapshot) : showEnd(context, db, snapshot);
}
