import { actorName } from '../../src/actor.ts';
import { estimateSummary } from '../../src/analyze/claude/estimate-summary.ts';
import { priceOf } from '../../src/analyze/claude/price.ts';
import { isClaude } from '../../src/analyze/create-analyzer.ts';
import { startBatch } from '../../src/client/start-batch.ts';
import { measureAnswers, readAggregateSpec, setAggregateSpec } from '../../src/db/aggregate.ts';
import type { Database } from '../../src/db/database.ts';
import type { Aggregate } from '../../src/db/read-aggregate.ts';
import { readAggregate } from '../../src/db/read-aggregate.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { readSummary, renewSummary } from '../../src/db/summaries.ts';
import type { AggregateSpec, SummarySpec } from '../../src/domain/aggregate.ts';
import { addedFields } from '../../src/domain/aggregate.ts';
import type { Json } from '../../src/domain/analyzer.ts';
import { exitCodeFor, ExitCode } from '../../src/domain/batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { formatUsd, NANO_PER_USD } from '../../src/domain/money.ts';
import { canonicalJson } from '../../src/domain/recipe.ts';
import { plainField, summedField } from '../../src/profiles/profile-schema.ts';
import { findProfile } from '../../src/profiles/find-profile.ts';
import { loadProfile } from '../../src/profiles/load-profile.ts';
import { aggregateCsv, aggregateJson, aggregateMarkdown } from '../../src/report/aggregate-lines.ts';
import { requirePrice } from '../chosen-recipe.ts';
import { commandLine } from '../command-name.ts';
import { consent } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { followBatch } from '../follow-batch.ts';
import { openSession } from '../open-session.ts';
import { writeLines } from '../output/write-lines.ts';
import { describeSummaryCalls } from '../paid-run.ts';
import { pauseOnInterrupt } from '../pause-on-interrupt.ts';
import { changedSettings } from '../settings-options.ts';

interface Flags {
  groupBy?: string[];
  sum?: string[];
  currency?: string;
  profile?: string;
  set?: string[];
  summary: boolean;
  dryRun?: boolean;
  yes?: boolean;
  budget?: number;
  format: 'md' | 'json' | 'csv';
  output: string;
}

export async function aggregate(
  context: CliContext,
  named: string | undefined,
  flags: Flags,
): Promise<number> {
  const db = await context.database();
  const batch = await resolveBatch(db, named);
  if (flags.groupBy !== undefined || flags.sum !== undefined) {
    await print(context, (await readAggregate(db, batch.id, lookedAt(flags)))!, flags);
    return 0;
  }
  const stored = await readAggregateSpec(db, batch.id);
  const spec = flags.profile === undefined ? stored : sectionOf(context, flags.profile, flags.set);
  if (spec === null) throw notAggregated(context, batch);
  if (spec.summary !== null && flags.summary) await checkSummary(context, db, batch, spec.summary);
  const isNew = stored === null || canonicalJson(asJson(stored)) !== canonicalJson(asJson(spec));
  const isMade = !isNew && (await readSummary(db, batch.id))?.state === 'made';
  let exitCode: number = ExitCode.ok;
  if (spec.summary === null || isMade || !flags.summary || flags.dryRun === true) {
    if (isNew && flags.summary && flags.dryRun !== true) await setAggregateSpec(db, batch.id, spec);
    if (flags.dryRun === true && flags.summary && spec.summary !== null)
      await sayCosts(context, db, batch, spec.summary);
  } else exitCode = await makeSummary(context, batch, spec, { flags, isNew });
  await print(context, (await readAggregate(db, batch.id, spec))!, flags);
  return exitCode;
}

/** By a new run of the batch's workflow that finds nothing else to do: a kill leaves one summary here, too. */
async function makeSummary(
  context: CliContext,
  batch: NamedBatch,
  spec: AggregateSpec,
  { flags, isNew }: { flags: Flags; isNew: boolean },
): Promise<number> {
  if (!['completed', 'completed_with_failures'].includes(batch.status)) {
    if (isNew) throw notDone(context, batch);
    context.err(
      `Batch ${shortId(batch.id)} is ${batch.status}: the summary is made when its documents are done.`,
    );
    return ExitCode.ok;
  }
  const session = await openSession(context, { worker: true });
  const { db, client } = session;
  const { highNanoUsd } = await sayCosts(context, db, batch, spec.summary!);
  const limitNanoUsd = context.config().claude.confirmAboveUsd * NANO_PER_USD;
  if (flags.yes !== true && flags.budget === undefined && highNanoUsd > limitNanoUsd) {
    await consent(context, {
      text: `This summary may cost ${formatUsd(highNanoUsd)}, more than claude.confirmAboveUsd (${formatUsd(limitNanoUsd)}). Go on?`,
      yes: false,
      next: 'add --yes, or a limit: --budget <USD>',
    });
  }
  if (isNew) await setAggregateSpec(db, batch.id, spec);
  await renewSummary(db, batch.id);
  await reopenBatch(db, {
    ...{ batchId: batch.id, actor: actorName(context.env), reason: 'summary', retry: null },
    settings: changedSettings(flags, context.config().userDir),
  });
  await startBatch(db, client, batch.id);
  const onInterrupt = pauseOnInterrupt(context, session, batch);
  const { status, reason } = await followBatch(context, db, batch.id, onInterrupt);
  const stopped = exitCodeFor(status, reason);
  if (!['completed', 'completed_with_failures'].includes(status)) return stopped;
  const summary = await readSummary(db, batch.id);
  return summary?.state === 'made' ? ExitCode.ok : ExitCode.someFailed;
}

async function sayCosts(context: CliContext, db: Database, batch: NamedBatch, spec: SummarySpec) {
  const { chars } = await measureAnswers(db, batch.id, addedFields);
  const price = priceOf(spec.model, new Date(), context.config().claude.prices)!;
  const estimate = estimateSummary(spec, price, { low: chars, likely: chars, high: chars });
  context.err(
    `Batch ${shortId(batch.id)} ${describeSummaryCalls(estimate)}; what was asked before is not paid again`,
  );
  return estimate;
}

async function checkSummary(
  context: CliContext,
  db: Database,
  batch: NamedBatch,
  spec: SummarySpec,
): Promise<void> {
  const { analyzer } = await batchRecipe(db, batch.id);
  if (!isClaude(analyzer)) {
    throw new CliError(`A summary is for batches of Claude, and this one's analyzer is \`${analyzer}\``, {
      why: 'answers that were made on this machine are not sent to Claude by surprise',
      next: 'take a profile without aggregate.summary, or --group-by <field>',
    });
  }
  requirePrice(context, spec.model);
}

/** Without a word about currencies those are kept apart that answers tell in their usual place. */
function lookedAt({ groupBy = [], sum = [], currency = 'currency' }: Flags): AggregateSpec {
  for (const [fields, pattern, expected] of [
    [[...groupBy, currency], plainField, 'a field with one value, such as `seller.name`'],
    [sum, summedField, 'a field such as `total` or `lines[].amount`'],
  ] as const) {
    const wrong = fields.find((field) => !pattern.test(field));
    if (wrong !== undefined) throw new CliError(`Expected ${expected}, got \`${wrong}\``);
  }
  return { groupBy, count: true, sum, currency, summary: null };
}

function sectionOf(context: CliContext, named: string, set: readonly string[] | undefined): AggregateSpec {
  const found = findProfile(named, context.config());
  const { aggregate: section } = loadProfile(found, { set });
  if (section !== null) return section;
  throw new CliError(`The profile \`${named}\` has no section \`aggregate\``, {
    next: 'docbatch profile show invoice is an example',
  });
}

/** Another question must not be lost without a word, nor be paid for without one. */
function notDone({ env }: CliContext, { id, status }: NamedBatch): CliError {
  const first = ['pending', 'processing', 'finalizing'].includes(status)
    ? 'wait'
    : status === 'cancelled'
      ? 'retry'
      : 'resume';
  return new CliError(
    `Batch ${shortId(id)} is ${status}, and gets another summary when its documents are done`,
    {
      next: `${commandLine(env, `${first} ${shortId(id)}`)}   then this command again; --no-summary only looks`,
    },
  );
}

function notAggregated(context: CliContext, { id }: NamedBatch): CliError {
  return new CliError(`Batch ${shortId(id)} was made without a section \`aggregate\``, {
    why: 'only a profile has one, and nothing else says what to group or to add up',
    next: commandLine(context.env, `aggregate ${shortId(id)} --group-by <field> --sum <field>`),
  });
}

async function print(context: CliContext, result: Aggregate, { format, output }: Flags): Promise<void> {
  const lines = { md: aggregateMarkdown, json: aggregateJson, csv: aggregateCsv }[format];
  await writeLines(context, lines(result), output);
}

function asJson(spec: AggregateSpec): Json {
  return spec as unknown as Json;
}
