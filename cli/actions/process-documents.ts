import { randomUUID } from 'node:crypto';
import { startBatch } from '../../src/client/start-batch.ts';
import { hasDocuments } from '../../src/db/documents.ts';
import type { NewestResult } from '../../src/db/newest-result.ts';
import { newestResult } from '../../src/db/newest-result.ts';
import { hasLiveWorker } from '../../src/db/workers.ts';
import { orderCandidates } from '../../src/db/batch-savings.ts';
import type { ChosenMode, Optimization } from '../../src/domain/choose-mode.ts';
import { batchWorkflowId, shortId } from '../../src/domain/ids.ts';
import { prepareBatch } from '../../src/intake/prepare-batch.ts';
import type { Source } from '../../src/sources/resolve-sources.ts';
import { actorName } from '../../src/actor.ts';
import { showEnd } from '../batch-end.ts';
import type { ChoiceFlags } from '../choice-options.ts';
import { chooseRecipe, hintAtClaude } from '../chosen-recipe.ts';
import { chooseDocuments } from '../choose-documents.ts';
import type { Choice } from '../choose-documents.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { dryRun } from '../dry-run.ts';
import { findDocument } from '../find-document.ts';
import { followBatch } from '../follow-batch.ts';
import { sampleCandidates } from '../../src/db/estimate-rows.ts';
import type { Database } from '../../src/db/database.ts';
import { describeHolders, documents, noDocumentYet, sayNothingToDo } from '../nothing-to-do.ts';
import { hintAtSlots } from '../hint-at-slots.ts';
import type { Session } from '../open-session.ts';
import type { Grouping } from '../groupings.ts';
import type { RunPlan } from '../plan-run.ts';
import { describePlan, planRun } from '../plan-run.ts';
import { openSession } from '../open-session.ts';
import { endAsJson } from '../output/end-as-json.ts';
import { printResult } from '../output/print-result.ts';
import { workerCommand } from '../worker-command.ts';
import { sayDetached } from '../output/say-detached.ts';
import { SAMPLE } from '../estimate-run.ts';
import { agreeToCosts } from '../paid-run.ts';
import { pauseOnInterrupt } from '../pause-on-interrupt.ts';
import { checkOutFolder, warnOfAnswers } from '../check-out-folder.ts';
import { settingsFrom } from '../settings-options.ts';
import type { SettingsFlags } from '../settings-options.ts';
import { sourceOfDocument } from '../source-of-document.ts';
import { workflowUrl } from '../workflow-url.ts';

interface Flags extends SettingsFlags, ChoiceFlags, Choice {
  dryRun?: boolean;
  verbose?: boolean;
  name?: string;
  detach?: boolean;
  worker?: boolean;
  yes?: boolean;
  json?: boolean;
  groupBy?: Grouping;
  optimize?: Optimization;
  /** Milliseconds since 1970. */
  deadline?: number;
}

export async function processDocuments(context: CliContext, paths: string[], flags: Flags): Promise<number> {
  const config = context.config();
  const asked = chooseRecipe(context, withMode(flags));
  const waits = asked.recipe.analyzer === 'claude-batch' || flags.optimize !== undefined;
  if (flags.deadline !== undefined && !waits) {
    throw new CliError(
      `\`--deadline\` is for claude-batch, and the analyzer is \`${asked.recipe.analyzer}\``,
      {
        why: 'it says how long answers of provider batches are waited for; all others answer at once',
        next: 'add --analyzer claude-batch, or leave it out',
      },
    );
  }
  const settings = settingsFrom(flags, config.userDir);
  const { rerun, limit = null, sample = null } = flags;
  const selection = { all: flags.all === true, rerun, limit, sample };
  await checkOutFolder(settings.outDir);
  const named = await chooseDocuments(context, paths, flags);
  warnOfAnswers(context, settings.outDir, named);
  const groupBy = flags.groupBy ?? (flags.optimize === undefined ? null : 'type');
  const planOf = async (db: Database, sources: readonly Source[]): Promise<RunPlan | null> =>
    groupBy === null
      ? null
      : planRun(context, db, {
          ...{ sources, selection, groupBy, optimize: flags.optimize ?? null, chosen: asked },
          ...{
            deadlineAtMs: flags.deadline ?? null,
            parallel: settings.parallel,
            passwordsFile: settings.passwordsFile,
            cache: settings.cache,
          },
        });
  if (flags.dryRun === true) {
    const sources = await withDocument(context, await idDatabase(context, flags), named, flags);
    const plan = await planOf(await context.database(), sources);
    const chosen = plan?.choice == null ? asked : chooseRecipe(context, withMode(flags, plan.choice));
    const planned = plan === null ? null : { plan, groupBy: groupBy! };
    return dryRun(context, { sources, selection, chosen, settings, json: flags.json === true, planned });
  }

  await asked.preflight(context.interrupted);
  hintAtClaude(context, asked);
  if (selection.all && !(await hasDocuments(await context.database()))) throw noDocumentYet(context);
  const session = await openSession(context, { worker: flags.worker !== false });
  const { db, client } = session;
  if (flags.detach === true && flags.worker === false) await needsWorker(context, session);
  const sources = await withDocument(context, db, named, flags);
  const plan = await planOf(db, sources);
  for (const line of plan === null ? [] : describePlan(plan, groupBy!)) context.err(line);
  const { recipe, loaded } =
    plan?.choice == null ? asked : chooseRecipe(context, withMode(flags, plan.choice));
  const batchId = randomUUID();
  const prepared = await prepareBatch(db, {
    ...{ batchId, sources, selection, name: flags.name, recipe, settings },
    aggregate: loaded?.aggregate ?? null,
    detached: flags.detach === true,
    origin: 'cli',
    actor: actorName(context.env),
    signal: context.interrupted,
    onFound: (count) => count % 10_000 === 0 && context.err(`${count} documents found`),
    agree: async (recipeId) => {
      if (plan !== null)
        await orderCandidates(
          db,
          batchId,
          plan.groups.flatMap(({ uris }) => uris),
        );
      if (loaded === null) return;
      const isGiven = flags.yes === true || settings.budgetNanoUsd !== null;
      const { passwordsFile, cache } = settings;
      await agreeToCosts(context, db, {
        chosen: await sampleCandidates(db, batchId, SAMPLE),
        recipeId,
        usesCache: cache,
        loaded,
        recipe,
        passwordsFile,
        isGiven,
      });
    },
  });
  const isSingle = flags.file !== undefined || flags.id !== undefined;
  if (prepared.chosen === 0) {
    if (flags.json === true) {
      const single = isSingle ? { document: await singleResult(context, session, sources) } : {};
      return sayNothingToDo(context, prepared, single);
    }
    if (!isSingle) return sayNothingToDo(context, prepared, null);
    sayNothingToDo({ ...context, out: context.err }, prepared, null);
    await printSingle(context, session, sources);
    return 0;
  }
  if (prepared.stillPending > 0) {
    const left = rerun === 'none' ? 'stay pending' : 'are left as they are';
    context.err(`${prepared.stillPending} more ${left}.`);
  }
  if (prepared.busy > 0) {
    context.err(`${prepared.busy} are left out, since other batches have them:`);
    for (const line of describeHolders(context, prepared)) context.err(line);
  }
  if (prepared.skipped > 0) context.err(`${prepared.skipped} are left out by skip.`);

  await startBatch(db, client, batchId);
  const workflowId = batchWorkflowId(batchId);
  const url = await workflowUrl(session, workflowId);
  context.err(
    `Batch ${shortId(batchId)}: ${documents(prepared.chosen)}, analyzer: ${recipe.analyzer}${url === null ? '' : `; ${url}`}`,
  );
  await hintAtSlots(context, db, flags.parallel);
  if (flags.detach === true) {
    sayDetached(context, batchId, flags.json === true);
    return 0;
  }
  const onInterrupt = pauseOnInterrupt(context, session, { id: batchId, workflowId });
  const snapshot = await followBatch(context, db, batchId, onInterrupt, { verbose: flags.verbose === true });
  if (flags.json === true) return endAsJson(context, db, snapshot);
  if (!isSingle) return showEnd(context, db, snapshot);
  const exitCode = await showEnd({ ...context, out: context.err }, db, snapshot);
  await printSingle(context, session, sources);
  return exitCode;
}

/** What is optimized is Claude, in the mode that was chosen, once it was. */
function withMode(flags: Flags, choice?: ChosenMode): Flags {
  if (flags.optimize === undefined) return flags;
  if (flags.analyzer !== undefined && !/^claude(-batch)?$/.test(flags.analyzer)) {
    throw new CliError(`\`--optimize\` is for Claude, and the analyzer is \`${flags.analyzer}\``, {
      next: 'leave --analyzer out',
    });
  }
  return { ...flags, analyzer: choice?.analyzer ?? 'claude' };
}

/** Only `--id` needs the database to know what is meant. */
async function idDatabase(context: CliContext, { id }: Flags): Promise<Session['db'] | null> {
  return id === undefined ? null : context.database();
}

async function withDocument(
  context: CliContext,
  db: Session['db'] | null,
  named: Source[],
  { id }: Flags,
): Promise<Source[]> {
  if (id === undefined || db === null) return named;
  return [sourceOfDocument(await findDocument(context, db, id))];
}

async function printSingle(context: CliContext, session: Session, sources: readonly Source[]): Promise<void> {
  const found = await singleResult(context, session, sources);
  if (found !== null) printResult(context, found, false);
}

async function singleResult(
  context: CliContext,
  { db }: Session,
  [source]: readonly Source[],
): Promise<NewestResult | null> {
  if (source?.kind !== 'file') return null;
  const document = await findDocument(context, db, source.path);
  return newestResult(db, document.id);
}

async function needsWorker(context: CliContext, { db }: Session): Promise<void> {
  if (await hasLiveWorker(db)) return;
  throw new CliError('No worker runs that would outlive this command', {
    why: '`--detach` with `--no-worker` leaves the work to a worker elsewhere',
    next: commandLine(context.env, workerCommand(context)),
  });
}
