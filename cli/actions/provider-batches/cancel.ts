import type { Queryable } from '../../../src/db/database.ts';
import { notePoll } from '../../../src/db/provider-batches.ts';
import type { ListedProviderBatch } from '../../../src/db/provider-status.ts';
import { listProviderBatches } from '../../../src/db/provider-status.ts';
import { resolveBatch } from '../../../src/db/resolve-batch.ts';
import { shortId } from '../../../src/domain/ids.ts';
import type { CliContext } from '../../context.ts';
import { afterCancel } from './after-cancel.ts';
import { asked, oneProviderBatch, providerOf } from './provider-of.ts';

/** All that a batch has there, or one by the provider's id. */
export async function cancel(context: CliContext, named: string): Promise<number> {
  const db = await context.database();
  const { batchId, open } = await chosen(context, db, named);
  const there = open.filter(
    ({ providerId, cancelAsked, endedAt }) => providerId !== null && !cancelAsked && endedAt === null,
  );
  const batches = there.length === 0 ? null : await providerOf(context, db, batchId);
  for (const { id, providerId } of batches === null ? [] : there) {
    await asked(`\`${providerId}\` was not cancelled`, () =>
      batches!.cancel(providerId!, context.interrupted),
    );
    await notePoll(db, id, true);
    context.out(`${providerId}  being cancelled`);
  }
  if (there.length === 0) context.out(`Batch ${shortId(batchId)}: nothing is left to cancel at the provider`);
  const inDoubt = open.filter(({ state }) => state === 'creating').length;
  if (inDoubt > 0) context.err(`${inDoubt} more are in doubt: they are looked for when the batch runs.`);
  context.err(afterCancel(context.env, await resolveBatch(db, batchId)));
  return 0;
}

async function chosen(
  context: CliContext,
  db: Queryable,
  named: string,
): Promise<{ batchId: string; open: ListedProviderBatch[] }> {
  if (named.startsWith('msgbatch_')) {
    const row = await oneProviderBatch(context, db, named);
    return { batchId: row.batchId, open: [row] };
  }
  const { id } = await resolveBatch(db, named);
  return { batchId: id, open: await listProviderBatches(db, id, { onlyOpen: true }) };
}
