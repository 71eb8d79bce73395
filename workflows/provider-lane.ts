import { condition, isCancellation } from '@temporalio/workflow';
import type { BatchState } from './batch-state.ts';
import { wake } from './batch-state.ts';
import { startLane } from './lane.ts';
import { driveProvider } from './retry-policies.ts';

/** Asks by the batch for as long as a document waits for it; the polls between are retries of one activity. */
export function startProviderLane(state: BatchState): void {
  if (!state.asksProvider || (state.providerLane !== null && !state.providerLane.ended)) return;
  state.providerLane = startLane(state, () => drive(state));
}

export function providerIsIdle({ asksProvider, providerLane }: BatchState): boolean {
  return !asksProvider && (providerLane === null || providerLane.ended);
}

/** What was sent off stays at the provider; the next lane, or the next run, goes on from the rows. */
export async function stopProviderLane(state: BatchState): Promise<void> {
  const lane = state.providerLane;
  if (lane === null) return;
  lane.scope.cancel();
  await condition(() => lane.ended);
  state.providerLane = null;
}

/** A batch that is cancelled: at the provider, too. What was answered before is billed, and kept. */
export async function cancelAtProvider(state: BatchState): Promise<void> {
  await stopProviderLane(state);
  if (!state.asksProvider) return;
  try {
    let isIdle = false;
    while (!isIdle) isIdle = (await driveProvider({ batchId: state.batchId, cancel: true })).idle;
  } catch (error) {
    // Without a key, say, nothing can be cancelled there; the rows keep what is open.
    if (isCancellation(error)) throw error;
  }
}

async function drive(state: BatchState): Promise<void> {
  for (;;) {
    const news = await driveProvider({ batchId: state.batchId, cancel: false });
    state.lastChunk = Math.max(state.lastChunk, news.lastChunkNo);
    if (news.mustRead) state.mustRead = true;
    if (news.idle) state.asksProvider = false;
    wake(state);
    if (news.idle) return;
  }
}
