import { Command } from 'commander';
import type { QuotaRow } from '../../src/db/limits.ts';
import { readQuotas } from '../../src/db/limits.ts';
import { formatDuration } from '../../src/domain/progress.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

export function registerQuota(register: Register): void {
  const command = new Command('quota')
    .description('the limits that Claude last told: per minute, what remained, when it is full again')
    .option('--json', 'as JSON');
  register(command, quota);
}

async function quota(context: CliContext, flags: { json?: boolean }): Promise<number> {
  const rows = await readQuotas(await context.database());
  if (flags.json === true) context.out(JSON.stringify(rows, null, 2));
  else if (rows.length === 0) context.out('No limit was seen yet: no call was made.');
  for (const row of flags.json === true ? [] : rows) for (const line of describeQuota(row)) context.out(line);
  return 0;
}

function* describeQuota({ provider, limits, seenAt, stoppedForMs, stopReason }: QuotaRow): Iterable<string> {
  yield `${provider}${seenAt === null ? '' : `, seen ${formatDuration(Date.now() - seenAt.getTime())} ago`}`;
  for (const { kind, limit, remaining, reset } of limits) {
    const name = kind === 'requests' ? kind : `${kind} tokens`;
    const left = remaining === null ? '' : `, ${remaining} remained`;
    const full = reset === null ? '' : `, full at ${reset.toISOString()}`;
    yield `  ${name.padEnd(14)} ${limit} per minute${left}${full}`;
  }
  if (stoppedForMs !== null) {
    yield `  stopped for ${formatDuration(stoppedForMs)} more: ${stopReason ?? 'too many faults'}`;
  }
}
