import { Command } from 'commander';
import { createAnalyzer } from '../../src/analyze/create-analyzer.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import type { Queryable } from '../../src/db/database.ts';
import { notePoll } from '../../src/db/provider-batches.ts';
import type { ListedProviderBatch } from '../../src/db/provider-status.ts';
import { listProviderBatches } from '../../src/db/provider-status.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { DocumentFailure } from '../../src/domain/failure.ts';
import { shortId } from '../../src/domain/ids.ts';
import type { ProviderBatches } from '../../src/domain/provider-batch.ts';
import { formatDuration } from '../../src/domain/progress.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import type { Register } from '../program.ts';

export function registerProviderBatches(register: Register): void {
  const group = new Command('provider-batches').description('what claude-batch has at the provider');
  const named = 'id, start of an id, name, or last';
  const listed = new Command('list')
    .description('provider batches, newest first')
    .argument('[batch]', `${named} (default: all batches)`)
    .option('--json', 'as JSON');
  register(listed, list, group);
  const cancelled = new Command('cancel')
    .description(
      'cancel at the provider what a batch has there; `resume` asks again for what was not answered',
    )
    .argument('<batch>', named);
  register(cancelled, cancel, group);
}

async function list(
  context: CliContext,
  named: string | undefined,
  flags: { json?: boolean },
): Promise<number> {
  const db = await context.database();
  const batch = named === undefined ? null : await resolveBatch(db, named);
  const rows = await listProviderBatches(db, batch?.id ?? null, { onlyOpen: false });
  if (flags.json === true) context.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) context.out('None: nothing was asked by the batch yet.');
  for (const row of flags.json === true ? [] : rows) context.out(describeRow(row));
  return 0;
}

/** `msgbatch_…  submitted  1,200 requests  batch 1a2b3c4d  sent 5 min ago  looked at 20 s ago  expires in 23 h`. */
function describeRow(row: ListedProviderBatch): string {
  const since = (at: Date) => formatDuration(Date.now() - at.getTime());
  return [
    row.providerId ?? '(no id yet)',
    row.cancelAsked && row.state !== 'ended' ? 'being cancelled' : row.state,
    `${row.requests.toLocaleString('en-US')} requests`,
    `batch ${shortId(row.batchId)}`,
    `made ${since(row.createdAt)} ago`,
    row.adopted ? 'found again after its answer was lost' : null,
    row.endedAt === null && row.polledAt !== null ? `looked at ${since(row.polledAt)} ago` : null,
    row.endedAt === null && row.expiresAt !== null
      ? `expires in ${formatDuration(row.expiresAt.getTime() - Date.now())}`
      : null,
  ]
    .filter((part) => part !== null)
    .join('  ');
}

async function cancel(context: CliContext, named: string): Promise<number> {
  const db = await context.database();
  const { id, name } = await resolveBatch(db, named);
  const open = await listProviderBatches(db, id, { onlyOpen: true });
  const there = open.filter(({ providerId, cancelAsked }) => providerId !== null && !cancelAsked);
  const batches = there.length === 0 ? null : await providerOf(context, db, id);
  for (const { id: groupId, providerId } of batches === null ? [] : there) {
    await cancelOne(batches!, providerId!, context.interrupted);
    await notePoll(db, groupId, true);
  }
  context.out(`Batch ${shortId(id)} (${name}): ${there.length} provider batches are being cancelled`);
  const inDoubt = open.filter(({ state }) => state === 'creating').length;
  if (inDoubt > 0) context.err(`${inDoubt} more are in doubt: they are looked for when the batch runs.`);
  context.err(
    `What was answered before is billed; to take it over: ${commandLine(context.env, `resume ${shortId(id)}`)}`,
  );
  return 0;
}

async function providerOf(context: CliContext, db: Queryable, batchId: string): Promise<ProviderBatches> {
  const { analyzer, parameters } = await batchRecipe(db, batchId);
  const unused = () => Promise.reject(new Error('not run here'));
  const { prices } = context.config().claude;
  const deps = { answerLocally: unused, env: context.env, claude: { prices, ground: unused } };
  return createAnalyzer(analyzer, deps, parameters).batches!;
}

async function cancelOne(batches: ProviderBatches, providerId: string, signal: AbortSignal): Promise<void> {
  try {
    await batches.cancel(providerId, signal);
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    throw new CliError(`\`${providerId}\` was not cancelled`, {
      why: error.message,
      next: 'try again',
      cause: error,
    });
  }
}
