import type { ShownProviderBatch } from '../../../src/db/provider-status.ts';
import type { ProviderBatchSeen } from '../../../src/domain/provider-batch.ts';
import { shortId } from '../../../src/domain/ids.ts';
import type { CliContext } from '../../context.ts';
import { formatBytes } from '../../output/bytes.ts';
import { asked, oneProviderBatch, providerOf } from './provider-of.ts';

export async function show(context: CliContext, start: string, flags: { json?: boolean }): Promise<number> {
  const db = await context.database();
  const row = await oneProviderBatch(context, db, start);
  const now = await seenNow(context, db, row);
  if (flags.json === true) {
    context.out(JSON.stringify({ ...row, provider: now }, null, 2));
    return 0;
  }
  const lines: [string, string | null][] = [
    ['Provider batch', row.providerId ?? '(no id yet: its create call was not answered)'],
    ['State', row.cancelAsked && row.state !== 'ended' ? `${row.state}, being cancelled` : row.state],
    ['Batch', `${shortId(row.batchId)} (${row.batchName ?? 'deleted'})`],
    ['Requests', `${row.requests.toLocaleString('en-US')}, ${formatBytes(row.sizeBytes)}`],
    ['Ended as', outcomes(row)],
    ['Made', row.createdAt.toISOString()],
    ['Sent', row.sentAt?.toISOString() ?? 'not yet'],
    ['Adopted', row.adopted ? 'yes: found, or named, after its create call was not answered' : null],
    [
      'Rejected',
      row.rejected.length === 0 ? null : `${row.rejected.join(', ')}: looked like it, and were not`,
    ],
    ['Looked at', row.polledAt?.toISOString() ?? null],
    ['Expires', row.expiresAt?.toISOString() ?? null],
    ['Ended', row.endedAt?.toISOString() ?? null],
    ['Provider says', describeSeen(now)],
  ];
  for (const [what, value] of lines) if (value !== null) context.out(`${what.padEnd(16)}${value}`);
  return 0;
}

type Seen = ProviderBatchSeen | 'unknown' | null;

/** Null: there is nothing to ask. */
async function seenNow(
  context: CliContext,
  db: Awaited<ReturnType<CliContext['database']>>,
  { providerId, batchId, endedAt }: ShownProviderBatch,
): Promise<Seen> {
  if (providerId === null || endedAt !== null) return null;
  const batches = await providerOf(context, db, batchId);
  const what = `\`${providerId}\` could not be looked at`;
  return (await asked(what, () => batches.look(providerId, context.interrupted))) ?? 'unknown';
}

function describeSeen(now: Seen): string | null {
  if (now === null) return null;
  if (now === 'unknown') return 'it knows no such batch';
  return `${now.hasEnded ? 'ended; its results are fetched when the batch runs' : 'in progress'}, ${now.requests.toLocaleString('en-US')} requests`;
}

function outcomes({ outcomes: ended }: ShownProviderBatch): string | null {
  if (ended === null) return null;
  return Object.entries(ended)
    .map(([type, count]) => `${count.toLocaleString('en-US')} ${type}`)
    .join(', ');
}
