import { CancellationScope, condition, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { RetryTicket } from '../activities/types.ts';
import type { BatchState } from './batch-state.ts';
import { wake } from './batch-state.ts';
import { haltOn } from './halt.ts';
import { startLane } from './lane.ts';
import { control, processDocument, takeRetries } from './retry-policies.ts';

/** At most this many documents have an activity of their own; Temporal advises below 500 pending. */
const MAX_RETRIES_IN_FLIGHT = 200;
const TICKETS_PER_CALL = 50;
/** No payload holds more documents. */
const ASKED_AT_ONCE = 50;

/** Takes what failed transiently out of the table and gives each document an activity of its own. */
export function startRetryLane(state: BatchState): void {
  if (state.retryLane !== null && !state.retryLane.ended) return;
  state.retryLane = startLane(state, () => takeTickets(state));
}

/** Cancels polls and waits at once, lets calls that are under way finish, and lets the rows go for the next era. */
export async function stopRetryLane(state: BatchState): Promise<void> {
  const lane = state.retryLane;
  if (lane === null) return;
  lane.scope.cancel();
  await condition(() => lane.ended && state.retries.size === 0);
  state.retryLane = null;
  state.era += 1;
}

/** Ends the waits of documents that are not to be retried any more, so that nothing waits for their timers. */
export async function endGoneRetries(state: BatchState): Promise<void> {
  state.mustLookAtRetries = false;
  const ids = [...state.retries.keys()];
  while (ids.length > 0) {
    const documentIds = ids.splice(0, ASKED_AT_ONCE);
    const gone = await control.findGoneRetries({ batchId: state.batchId, documentIds });
    for (const id of gone) state.retries.get(id)?.cancel();
  }
}

async function takeTickets(state: BatchState): Promise<void> {
  const token = `${workflowInfo().runId}:${state.era}`;
  for (;;) {
    await condition(() => state.retries.size <= MAX_RETRIES_IN_FLIGHT - TICKETS_PER_CALL);
    const tickets = await takeRetries({ batchId: state.batchId, token, callNo: state.callNo });
    state.callNo += 1;
    state.awaitsRetries = false;
    for (const ticket of tickets) void retry(state, ticket);
    wake(state);
  }
}

/** Runs in the lane's scope. Temporal waits only between attempts, so the wait before the first one is a timer. */
async function retry(state: BatchState, { documentId, label, dueMs }: RetryTicket): Promise<void> {
  // A poll of an earlier lane may still have moved the row; its document is in hand already.
  if (state.retries.has(documentId)) return;
  const scope = new CancellationScope();
  state.retries.set(documentId, scope);
  try {
    const { state: became } = await scope.run(async () => {
      if (dueMs > 0) await sleep(dueMs, { summary: `Retry of ${label}` });
      return processDocument.executeWithOptions({ summary: label }, [{ batchId: state.batchId, documentId }]);
    });
    if (became === 'parked') state.asksProvider = true;
  } catch (error) {
    if (!isCancellation(error)) haltOn(state, error);
  } finally {
    state.retries.delete(documentId);
    wake(state);
  }
}
