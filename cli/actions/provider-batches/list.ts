import type { ListedProviderBatch } from '../../../src/db/provider-status.ts';
import { listProviderBatches } from '../../../src/db/provider-status.ts';
import { resolveBatch } from '../../../src/db/resolve-batch.ts';
import { shortId } from '../../../src/domain/ids.ts';
import { formatDuration } from '../../../src/domain/progress.ts';
import type { CliContext } from '../../context.ts';

export async function list(
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

/** `msgbatch_…  submitted  1,200 requests  batch 1a2b3c4d  made 5 min ago  looked at 20 s ago  expires in 23 h`. */
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
