import { Context } from '@temporalio/activity';
import type { ProviderDriver } from '../src/engine/provider-driver.ts';
import { waiting } from './failures.ts';
import type { ProviderNews, ProviderRound } from './types.ts';

/** One round. To wait is to fail: a retry costs no history and no slot, and outlives every worker. */
export async function driveProvider(
  provider: ProviderDriver,
  { batchId, cancel }: ProviderRound,
): Promise<ProviderNews> {
  const { waitMs, waitsFor, ...news } = await provider.round(
    batchId,
    { cancel },
    Context.current().cancellationSignal,
  );
  if (waitMs === null) return news;
  throw waiting(waitsFor, waitMs);
}
