import type { Database } from '../src/db/database.ts';
import type { BatchSnapshot } from '../src/db/batch-snapshot.ts';
import { readItems } from '../src/db/items.ts';
import { exitCodeFor } from '../src/domain/batch.ts';
import { describeFailureCode } from '../src/domain/failure-codes.ts';
import { shortId } from '../src/domain/ids.ts';
import { formatDuration } from '../src/domain/progress.ts';
import { formatUsd, NANO_PER_USD } from '../src/domain/money.ts';
import { commandLine } from './command-name.ts';
import { describeMoney } from './output/describe-money.ts';
import type { CliContext } from './context.ts';

const SHOWN = 50;

/** What `process`, `retry` and `resume` say at the end: every document of a small batch, the failed ones of a large one. */
export async function showEnd(context: CliContext, db: Database, snapshot: BatchSnapshot): Promise<number> {
  const { counts, status, name, id } = snapshot;
  let shown = 0;
  for await (const item of readItems(db, id, counts.total <= SHOWN)) {
    if (shown >= SHOWN || (counts.total > SHOWN && item.state !== 'failed')) continue;
    shown += 1;
    if (item.state === 'failed') {
      const code = item.code ?? 'failed';
      context.out(
        `✗ ${item.name}  ${item.class} ${code}: ${item.message ?? describeFailureCode(code).meaning}`,
      );
    } else if (item.state === 'completed') context.out(`✓ ${item.name}  ${summaryOf(item.result)}`);
    else context.out(`· ${item.name}  ${item.state}`);
  }
  const open = counts.pending + counts.processing + counts.retrying;
  const parts = [
    `${counts.completed} completed`,
    `${counts.failed} failed`,
    counts.skipped > 0 ? `${counts.skipped} skipped` : null,
    counts.cancelled > 0 ? `${counts.cancelled} cancelled` : null,
    open > 0 ? `${open} still to do` : null,
  ].filter((part) => part !== null);
  context.out(
    `\nBatch ${shortId(id)} (${name}): ${status}; ${parts.join(', ')} of ${counts.total}, in ${formatDuration(snapshot.activeMs)}; analyzer: ${snapshot.analyzer}`,
  );
  const money = describeMoney(snapshot);
  if (money !== null)
    context.out(`Cost: ${money}; ${snapshot.model ?? ''}, profile ${snapshot.profile ?? ''}`);
  if (snapshot.reason !== null) {
    context.out(`Reason: ${snapshot.reason}${snapshot.detail === null ? '' : ` (${snapshot.detail})`}`);
  }
  for (const [what, command] of nextCommands(snapshot))
    context.out(`${what.padEnd(16)}${commandLine(context.env, command)}`);
  return exitCodeFor(status, snapshot.reason);
}

/** The exact commands that make sense now. */
export function nextCommands({ id, status, counts, reason, money }: BatchSnapshot): [string, string][] {
  const short = shortId(id);
  const twice = formatUsd(2 * (money.budgetNanoUsd ?? NANO_PER_USD)).slice(1);
  const more = status === 'paused' && reason === 'budget' ? ` --budget ${twice}` : '';
  const resumable = ['paused', 'halted', 'terminated'].includes(status);
  return [
    ...(resumable ? [['Go on:', `resume ${short}${more}`] as [string, string]] : []),
    ['All results:', `export ${short} --format jsonl --output results.jsonl`],
    ['Report:', `report ${short}`],
    ['One document:', 'results <file name>'],
    ...(counts.failed > 0 ? [['Try again:', `retry ${short}`] as [string, string]] : []),
  ];
}

function summaryOf(result: unknown): string {
  const { summary, title } = (result ?? {}) as { summary?: unknown; title?: unknown };
  const text = typeof summary === 'string' && summary !== '' ? summary : title;
  const line = typeof text === 'string' ? text : JSON.stringify(result ?? null);
  const flat = line.replace(/\s+/g, ' ');
  return flat.length > 110 ? `${flat.slice(0, 109)}…` : flat;
}
