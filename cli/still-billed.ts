import type { Queryable } from '../src/db/database.ts';
import type { ProviderStatus } from '../src/db/provider-status.ts';
import { providerStatus } from '../src/db/provider-status.ts';
import { shortId } from '../src/domain/ids.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';

const NAMED = 5;

/** What goes on at the provider while nothing runs here: `… 3 provider batches with 1,200 requests: msgbatch_1, msgbatch_2, 1 in doubt`. */
export function stillBilled({ batches, requests, ids }: ProviderStatus): string {
  const inDoubt = batches - ids.length;
  const more = ids.length - NAMED;
  const named = [
    ...ids.slice(0, NAMED),
    ...(more > 0 ? [`${more} more`] : []),
    ...(inDoubt > 0 ? [`${inDoubt} in doubt`] : []),
  ];
  const what = `${batches} provider ${batches === 1 ? 'batch' : 'batches'} with ${requests.toLocaleString('en-US')} requests`;
  return `Still at the provider, and billed as it answers: ${what}: ${named.join(', ')}`;
}

/** For whoever stops a batch, or all: names what is billed all the same, and how to end it. */
export async function warnOfBilled(context: CliContext, db: Queryable, batchId: string): Promise<void> {
  const provider = await providerStatus(db, batchId);
  if (provider === null) return;
  context.err(stillBilled(provider));
  const command = commandLine(context.env, `provider-batches cancel ${shortId(batchId)}`);
  context.err(`Stop it there with: ${command}`);
}
