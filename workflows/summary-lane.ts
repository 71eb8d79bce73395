import { condition } from '@temporalio/workflow';
import type { BatchState } from './batch-state.ts';
import { startLane } from './lane.ts';
import { summarizeBatch } from './retry-policies.ts';

/** Makes the summary of a batch whose documents are done; the tries between are retries of one activity. */
export function startSummaryLane(state: BatchState): void {
  if (!state.mustSummarize) return;
  state.mustSummarize = false;
  state.summaryLane = startLane(state, async () => {
    await summarizeBatch({ batchId: state.batchId });
    // An order may have stood in the way.
    state.mustRead = true;
  });
}

export function summaryIsIdle({ mustSummarize, summaryLane }: BatchState): boolean {
  return !mustSummarize && (summaryLane === null || summaryLane.ended);
}

/** A call under way is finished, and its answer kept; whether one is still to be made is asked again at the end. */
export async function stopSummaryLane(state: BatchState): Promise<void> {
  state.mustSummarize = false;
  const lane = state.summaryLane;
  if (lane === null) return;
  lane.scope.cancel();
  await condition(() => lane.ended);
  state.summaryLane = null;
}
