import { Command, InvalidArgumentError, Option } from 'commander';
import type { ListedBatch } from '../../src/db/list-batches.ts';
import { listBatches } from '../../src/db/list-batches.ts';
import { BatchStatus } from '../../src/domain/batch.ts';
import { shortId } from '../../src/domain/ids.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

interface Flags {
  status?: BatchStatus;
  limit: number;
  json?: boolean;
}

export function registerList(register: Register): void {
  const command = new Command('list')
    .description('batches, newest first')
    .addOption(new Option('--status <status>', 'only these').choices(Object.values(BatchStatus)))
    .option('-l, --limit <n>', 'at most this many', atLeastOne, 50)
    .option('--json', 'as JSON');
  register(command, list);
}

async function list(context: CliContext, { status, limit, json }: Flags): Promise<number> {
  const db = await context.database();
  // One more than asked for shows that there is more.
  const found = await listBatches(db, { status: status ?? null, limit: limit + 1 });
  const batches = found.slice(0, limit);
  if (json === true) {
    context.out(JSON.stringify(batches, null, 2));
    return 0;
  }
  if (batches.length === 0) {
    context.out(status === undefined ? 'There is no batch yet.' : `No batch is ${status}.`);
    if (status === undefined) context.err(`Start one: ${commandLine(context.env, 'process ./documents')}`);
    return 0;
  }
  const statusOf = (batch: ListedBatch) => `${batch.status}${batch.stalled ? ', stalled' : ''}`;
  const width = Math.max(...batches.map((batch) => statusOf(batch).length));
  for (const batch of batches) {
    const created = batch.created.toISOString().slice(0, 16).replace('T', ' ');
    const failed = batch.failed > 0 ? `, ${batch.failed} failed` : '';
    context.out(
      `${shortId(batch.id)}  ${created}  ${statusOf(batch).padEnd(width)}  ${batch.name}  ${batch.completed}/${batch.total} done${failed}`,
    );
  }
  if (found.length > limit) context.err(`There are more; --limit ${limit * 2} shows them. Times are UTC.`);
  return 0;
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new InvalidArgumentError(`Expected a number from 1, got \`${text}\`.`);
  return Number(text);
}
