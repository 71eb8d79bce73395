import { Command, InvalidArgumentError } from 'commander';
import { reconcileBudget } from '../../src/db/budget.ts';
import type { CostRow } from '../../src/db/costs.ts';
import { readCosts, readUnsettled } from '../../src/db/costs.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { describeUnknown, formatUsd } from '../../src/domain/money.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

interface Flags {
  since?: Date;
  json?: boolean;
}

export function registerCost(register: Register): void {
  const command = new Command('cost')
    .description('what was paid, by day, model and profile')
    .argument('[batch]', 'id, start of an id, name, or last (default: all batches)')
    .option('--since <time>', 'a date such as 2026-11-01, or 24h, 7d', since)
    .option('--json', 'as JSON');
  register(command, cost);
  const reconcile = new Command('reconcile')
    .description('stop counting calls that a kill cut off, once you have seen at the provider what they cost')
    .argument('<batch>', 'id, start of an id, name, or last');
  register(reconcile, reconcileCosts, command);
}

async function cost(context: CliContext, named: string | undefined, flags: Flags): Promise<number> {
  const db = await context.database();
  const batch = named === undefined ? null : await resolveBatch(db, named);
  const rows = await readCosts(db, { batchId: batch?.id ?? null, since: flags.since ?? null });
  const unsettled = await readUnsettled(db, batch?.id ?? null);
  const unsettledNanoUsd = unsettled.reduce((sum, { nanoUsd }) => sum + nanoUsd, 0);
  const unsettledCalls = unsettled.reduce((sum, { calls }) => sum + calls, 0);
  const totalNanoUsd = rows.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
  if (flags.json === true) {
    context.out(
      JSON.stringify(
        { batch: batch?.id ?? null, totalNanoUsd, unsettledNanoUsd, unsettledCalls, rows },
        null,
        2,
      ),
    );
    return 0;
  }
  if (rows.length === 0) context.out('Nothing was paid.');
  for (const row of rows) context.out(describeRow(row));
  if (rows.length > 0) context.out(`Total: ${formatUsd(totalNanoUsd)} (${totalNanoUsd} nano-USD)`);
  for (const { batchId, ...unknown } of unsettled) {
    context.out(
      `Batch ${shortId(batchId)}: ${describeUnknown(unknown)}, perhaps billed; ` +
        `once the provider's bill has shown it: ${commandLine(context.env, `cost reconcile ${shortId(batchId)}`)}`,
    );
  }
  return 0;
}

function describeRow({ day, model, profile, mode, calls, documents, ...row }: CostRow): string {
  const cached = row.cacheReadTokens > 0 ? ` (${row.cacheReadTokens} cached)` : '';
  return `${day}  ${model}  ${mode}  ${profile ?? '-'}  ${documents} documents, ${calls} calls, ${row.inputTokens} input${cached} and ${row.outputTokens} output tokens  ${formatUsd(row.costNanoUsd)}`;
}

async function reconcileCosts(context: CliContext, named: string): Promise<number> {
  const db = await context.database();
  const { id, name } = await resolveBatch(db, named);
  const freed = await reconcileBudget(db, id);
  context.out(
    freed === 0
      ? `Batch ${shortId(id)} (${name}): no interrupted call is counted.`
      : `Batch ${shortId(id)} (${name}): ${formatUsd(freed)} of interrupted calls are no longer counted as spent.`,
  );
  return 0;
}

const UNITS_MS: Record<string, number> = { h: 3_600_000, d: 86_400_000 };

function since(text: string): Date {
  const ago = /^(\d{1,5})([hd])$/.exec(text);
  const at = ago === null ? new Date(text) : new Date(Date.now() - Number(ago[1]) * UNITS_MS[ago[2]!]!);
  if (Number.isNaN(at.getTime())) {
    throw new InvalidArgumentError(`Expected a date such as 2026-11-01, or 24h, 7d, got \`${text}\`.`);
  }
  return at;
}
