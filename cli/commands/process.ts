import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError, Option } from 'commander';
import { connectClient } from '../../src/client/connect.ts';
import { startBatch, wakeBatch } from '../../src/client/start-batch.ts';
import { insertBatch } from '../../src/db/batches.ts';
import type { Selected } from '../../src/db/candidates.ts';
import { selectCandidates } from '../../src/db/candidates.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import { orderControl } from '../../src/db/orders.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import type { BatchSettings } from '../../src/domain/batch.ts';
import { batchWorkflowId, shortId } from '../../src/domain/ids.ts';
import { takeIn } from '../../src/intake/intake.ts';
import type { Source } from '../../src/sources/resolve-sources.ts';
import { resolveSources } from '../../src/sources/resolve-sources.ts';
import { actorName } from '../actor.ts';
import { showEnd } from '../batch-end.ts';
import type { ChosenRecipe, RecipeFlags } from '../chosen-recipe.ts';
import { chooseRecipe, hintAtClaude } from '../chosen-recipe.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { estimateRun } from '../estimate-run.ts';
import { followBatch } from '../follow-batch.ts';
import { endAsJson } from '../output/end-as-json.ts';
import { agreeToCosts, describeEstimate } from '../paid-run.ts';
import type { Register } from '../program.ts';
import { addSettings, settingsFrom } from '../settings-options.ts';
import type { SettingsFlags } from '../settings-options.ts';

interface Flags extends SettingsFlags, RecipeFlags {
  all?: boolean;
  file?: string;
  manifest?: string;
  limit?: number;
  sample?: number;
  dryRun?: boolean;
  name?: string;
  yes?: boolean;
  rerun: 'none' | 'failed' | 'completed' | 'all';
  detach?: boolean;
  json?: boolean;
}

export function registerProcess(register: Register): void {
  const command = new Command('process')
    .description('process documents: files, folders, globs, or everything that is pending')
    .argument('[paths...]', 'files, folders, globs; - reads one path per line')
    .option('--all', 'everything registered that is pending for this analyzer')
    .option('-f, --file <path>', 'one file; prints its result')
    .option('--manifest <file>', 'CSV or JSONL with the columns uri, id, priority, group, metadata')
    .option('-l, --limit <n>', 'at most this many, by priority, then age', atLeastOne)
    .option('--sample <n>', 'this many at random, for a trial', atLeastOne)
    .option('--dry-run', 'show what would run; writes nothing')
    .option('--name <name>', 'name of the batch')
    .option('--analyzer <spec>', 'local, claude, exec:<command>, or an http(s) address')
    .option('--profile <name>', 'what Claude is asked: a profile, or a YAML file (default: summary)')
    .option('--model <id>', 'another model than the profile names')
    .option('--set <key=value...>', 'change a key of the profile, such as maxTokens=4000')
    .option('--yes', 'agree to the estimated costs')
    .option('--detach', 'start the batch and return')
    .option('--json', 'print the outcome as JSON')
    .addOption(
      new Option('--rerun <which>', 'also documents that are finished')
        .choices(['none', 'failed', 'completed', 'all'])
        .default('none'),
    );
  register(addSettings(command), processDocuments);
}

async function processDocuments(context: CliContext, paths: string[], flags: Flags): Promise<number> {
  const config = context.config();
  const ways = [paths.length > 0, flags.all === true, flags.file !== undefined, flags.manifest !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new CliError('Expected one of: paths, `--all`, `--file`, `--manifest`', {
      why: ways.some(Boolean) ? 'they exclude one another' : 'nothing says which documents to process',
      next: commandLine(context.env, 'process ./documents'),
    });
  }
  const chosen = chooseRecipe(context, flags);
  const { analyzer } = chosen.recipe;
  const settings = settingsFrom(flags, config.userDir);
  const named = flags.file === undefined ? paths : [flags.file];
  const sources = await resolveSources(
    { paths: named, manifest: flags.manifest, stdin: process.stdin },
    config.userDir,
  );

  const needsTemporal = flags.dryRun !== true;
  if (needsTemporal) await chosen.preflight(context.interrupted);
  hintAtClaude(context, chosen);
  const lease = await context.stack({ temporal: needsTemporal, worker: needsTemporal });
  const db = openDatabase(lease.info.databaseUrl, config.databasePoolMax);
  context.onExit(() => db.close());
  const batchId = randomUUID();
  const prepared = await prepare(context, db, { batchId, sources, flags, settings, chosen });
  if (flags.dryRun === true) return 0;
  if (prepared.chosen === 0) return sayNothingToDo(context, prepared, flags);
  if (prepared.stillPending > 0) context.err(`${prepared.stillPending} more stay pending.`);
  if (prepared.busy > 0) context.err(`${prepared.busy} are left out: another batch is working on them.`);

  const address = lease.info.temporalAddress ?? '';
  const { client, close } = await connectClient(
    config,
    { address, namespace: lease.info.temporalNamespace },
    context.env,
  );
  context.onExit(close);
  await startBatch(db, client, batchId);
  context.err(
    `Batch ${shortId(batchId)}: ${prepared.chosen} documents, analyzer: ${analyzer}${lease.info.webUiUrl === null ? '' : `; ${lease.info.webUiUrl}`}`,
  );
  if (flags.detach === true) {
    context.out(batchId);
    context.err(`Watch it with: ${commandLine(context.env, `monitor ${shortId(batchId)}`)}`);
    return 0;
  }
  const snapshot = await followBatch(context, db, batchId, async () => {
    context.err('Pausing: documents in work are being finished; press Ctrl-C again to leave at once.');
    await orderControl(db, {
      batchId,
      control: 'pause',
      now: false,
      actor: actorName(context.env),
      reason: 'interrupted',
    });
    await wakeBatch(client, batchWorkflowId(batchId));
  });
  return flags.json === true ? endAsJson(context, db, snapshot) : showEnd(context, db, snapshot);
}

interface Wanted {
  batchId: string;
  sources: readonly Source[];
  flags: Flags;
  settings: BatchSettings;
  chosen: ChosenRecipe;
}

/** Registers, chooses, and makes the row; with nothing to do, or `--dry-run`, no batch is left behind. */
async function prepare(context: CliContext, db: Database, wanted: Wanted): Promise<Selected> {
  const { batchId, sources, flags, settings, chosen } = wanted;
  const { loaded } = chosen;
  const nothing = new Error('nothing to keep');
  let selected: Selected | undefined;
  const taken =
    flags.all === true
      ? null
      : await takeIn(db, sources, {
          batchId,
          signal: context.interrupted,
          onProgress: ({ found }) => found % 10_000 === 0 && context.err(`${found} documents found`),
        });
  if (taken?.found === 0) {
    throw new CliError('No document was found', {
      why: 'the paths or globs match no file',
      next: 'check them; quote globs',
    });
  }
  let recipeId = 0;
  try {
    await db.transaction(async (tx) => {
      recipeId = await saveRecipe(tx, chosen.recipe);
      const choice = {
        batchId,
        recipeId,
        rerun: flags.rerun,
        limit: flags.limit ?? null,
        sample: flags.sample ?? null,
      };
      selected = await selectCandidates(tx, { ...choice, all: flags.all === true });
      if (flags.dryRun === true) {
        await showPlan(context, tx, batchId, selected, settings);
        if (loaded !== null) {
          const options = { candidates: tx, batchId, recipeId, loaded, keepTexts: false };
          context.out(describeEstimate(loaded, await estimateRun(context, db, options)));
        }
      }
      if (selected.chosen === 0 || flags.dryRun === true) throw nothing;
    });
    // Outside the transaction: a person may be asked.
    if (loaded !== null) {
      const isGiven = flags.yes === true || settings.budgetNanoUsd !== null;
      await agreeToCosts(context, db, { batchId, recipeId, loaded, isGiven });
    }
    await db.transaction(async (tx) => {
      const name =
        flags.name ??
        `${flags.all === true ? 'all' : 'process'}-${new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')}`;
      const row = {
        id: batchId,
        name,
        recipeId,
        settings,
        origin: 'cli' as const,
        actor: actorName(context.env),
      };
      await insertBatch(tx, { ...row, detached: flags.detach === true });
    });
  } catch (error) {
    await db.query('DELETE FROM batch_candidates WHERE batch_id = $1', [batchId]);
    if (error !== nothing) throw error;
  }
  return selected!;
}

async function showPlan(
  context: CliContext,
  tx: { query: Database['query'] },
  batchId: string,
  { chosen, stillPending, unchanged }: Selected,
  settings: BatchSettings,
): Promise<void> {
  const { rows } = await tx.query<{ mime: string; count: number; bytes: number }>(
    `SELECT COALESCE(d.mime_type, 'unknown') AS mime, COUNT(*)::int AS count, COALESCE(SUM(d.size_bytes), 0)::bigint AS bytes
     FROM batch_candidates c JOIN file_document d ON d.id = c.document_id WHERE c.batch_id = $1 GROUP BY 1 ORDER BY 2 DESC`,
    [batchId],
  );
  context.out(
    `Would process ${chosen} documents in ${Math.ceil(chosen / settings.batchSize)} chunks, ${settings.parallel} at a time.`,
  );
  for (const { mime, count, bytes } of rows)
    context.out(`  ${String(count).padStart(6)}  ${mime}  ${Math.ceil(bytes / 1024)} KiB`);
  context.out(`${unchanged} unchanged, ${stillPending} more pending. Nothing was processed.`);
}

function sayNothingToDo(context: CliContext, selected: Selected, flags: Flags): number {
  const { known, unchanged, failedEarlier, busy } = selected;
  if (known === 0) {
    throw new CliError('There is no document yet', {
      why: 'nothing was added or processed in this project',
      next: commandLine(context.env, 'process ./documents'),
    });
  }
  if (flags.json === true) {
    context.out(JSON.stringify({ batch: null, chosen: 0, unchanged, busy, failedEarlier }, null, 2));
    return 0;
  }
  context.out(
    `Nothing to do: ${unchanged} documents are processed and unchanged${busy > 0 ? `, ${busy} are in work in another batch` : ''}.`,
  );
  if (failedEarlier.length > 0) {
    context.out(`${failedEarlier.length} failed earlier:`);
    for (const { name, code } of failedEarlier) context.out(`  ✗ ${name}  ${code}`);
    for (const id of new Set(failedEarlier.map((item) => item.batchId))) {
      context.out(`Try them again: ${commandLine(context.env, `retry ${shortId(id)}`)}`);
    }
  }
  return 0;
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError(`Expected a number from 1, got \`${text}\`.`);
  return Number(text);
}
