import type { Database, Queryable } from '../src/db/database.ts';
import type { BatchSnapshot } from '../src/db/batch-snapshot.ts';
import { savedByBatch } from '../src/db/batch-savings.ts';
import { countCached } from '../src/db/count-cached.ts';
import { readItems } from '../src/db/items.ts';
import { exampleOf } from '../src/db/example-document.ts';
import { exitCodeFor } from '../src/domain/batch.ts';
import { describeFailureCode } from '../src/domain/failure-codes.ts';
import { shortId } from '../src/domain/ids.ts';
import { formatDuration } from '../src/domain/progress.ts';
import { formatUsd, NANO_PER_USD } from '../src/domain/money.ts';
import { commandLine, shellWord } from './command-name.ts';
import { onOneLine } from './output/printable.ts';
import { describeMoney } from './output/describe-money.ts';
import { showAggregate } from './show-aggregate.ts';
import { stillBilled } from './still-billed.ts';
import type { CliContext } from './context.ts';

const SHOWN = 50;

/** What `process`, `retry` and `resume` say at the end: every document of a small batch, the failed ones of a large one. */
export async function showEnd(context: CliContext, db: Database, snapshot: BatchSnapshot): Promise<number> {
  const { counts, status, id } = snapshot;
  const isSmall = counts.total <= SHOWN;
  let shown = 0;
  for await (const item of readItems(db, id, { withResults: isSmall, onlyFailed: !isSmall })) {
    const name = onOneLine(item.name);
    if (shown === SHOWN) {
      context.out(`  … and ${counts.failed - shown} more failed`);
      break;
    }
    shown += 1;
    if (item.state === 'failed') {
      const code = item.code ?? 'failed';
      context.out(`✗ ${name}  ${item.class} ${code}: ${item.message ?? describeFailureCode(code).meaning}`);
    } else if (item.state === 'completed') context.out(`✓ ${name}  ${summaryOf(item.result)}`);
    else context.out(`· ${name}  ${item.state}${item.message === null ? '' : `: ${item.message}`}`);
  }
  const open = counts.pending + counts.processing + counts.retrying;
  const cached = await countCached(db, id);
  const parts = [
    `${counts.completed} completed${cached === 0 ? '' : ` (${cached} by an answer to equal content; --no-cache asks again)`}`,
    `${counts.failed} failed`,
    counts.review > 0 ? `${counts.review} to review` : null,
    counts.skipped > 0 ? `${counts.skipped} skipped` : null,
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : null,
    open > 0 ? `${open} still to do` : null,
  ].filter((part) => part !== null);
  context.out(
    `\nBatch ${shortId(id)} (${snapshot.name}): ${status}; ${parts.join(', ')} of ${counts.total}, in ${formatDuration(snapshot.activeMs)}; analyzer: ${snapshot.analyzer}`,
  );
  const money = describeMoney(snapshot);
  if (money !== null)
    context.out(`Cost: ${money}; ${snapshot.model ?? ''}, profile ${snapshot.profile ?? ''}`);
  const saved = await savedByBatch(db, id);
  if (saved > 0) {
    const online = formatUsd(snapshot.money.spentNanoUsd + saved, 3);
    context.out(
      `Saved by the batch: ${formatUsd(saved, 3)} (${saved} nano-USD); online it would have cost ${online}`,
    );
  }
  await showAggregate(context, db, snapshot);
  showReason(context, snapshot);
  await showNextCommands(context, db, snapshot);
  return exitCodeFor(status, snapshot.reason);
}

export function showReason(context: CliContext, { reason, detail }: BatchSnapshot): void {
  if (reason === null && detail === null) return;
  context.out(`Reason: ${[reason, detail].filter((text) => text !== null).join(': ')}`);
}

/** The exact commands that make sense now. */
export async function showNextCommands(
  context: CliContext,
  db: Queryable,
  { id, status, reason, counts, money, provider }: BatchSnapshot,
): Promise<void> {
  const short = shortId(id);
  const example = await exampleOf(db, id);
  const commands: [string, string][] = [];
  if (['pending', 'processing', 'finalizing'].includes(status)) commands.push(['Watch:', `monitor ${short}`]);
  if (status === 'halted' && reason === 'failure_budget') {
    commands.push(['Allow more:', `set ${short} --max-failures 20%`]);
  }
  if (counts.review > 0) commands.push(['Look at them:', `review list ${short}`]);
  const mustReview = reason === 'review' && counts.review > 0;
  if (['paused', 'halted', 'terminated'].includes(status) && !mustReview) {
    const twice = formatUsd(2 * (money.budgetNanoUsd ?? NANO_PER_USD)).slice(1);
    const more = status === 'paused' && reason === 'budget' ? ` --budget ${twice}` : '';
    commands.push(['Go on:', `resume ${short}${more}`]);
  }
  if (provider !== null && !['pending', 'processing'].includes(status)) {
    context.out(stillBilled(provider));
    commands.push(['Stop it there:', `provider-batches cancel ${short}`]);
  }
  if (example !== null) commands.push(['One document:', `results ${shellWord(example)}`]);
  commands.push(['All results:', `export ${short} --format jsonl --output results.jsonl`]);
  commands.push(['Report:', `report ${short}`]);
  if (counts.failed > 0) commands.push(['Try again:', `retry ${short}`]);
  for (const [what, command] of commands)
    context.out(`${what.padEnd(16)}${commandLine(context.env, command)}`);
}

function summaryOf(result: unknown): string {
  const { summary, title } = (result ?? {}) as { summary?: unknown; title?: unknown };
  const text = typeof summary === 'string' && summary !== '' ? summary : title;
  const line = typeof text === 'string' ? text : JSON.stringify(result ?? null);
  const flat = line.replace(/\s+/g, ' ');
  return flat.length > 110 ? `${flat.slice(0, 109)}…` : flat;
}
