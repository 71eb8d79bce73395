import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { BatchState, Lane } from './batch-state.ts';
import { wake } from './batch-state.ts';
import { haltOn } from './halt.ts';

/** Runs beside the batch, in a scope of its own; a fault in it halts the batch. */
export function startLane(state: BatchState, work: () => Promise<void>): Lane {
  const lane: Lane = { scope: new CancellationScope(), ended: false };
  void lane.scope
    .run(work)
    .catch((error: unknown) => {
      if (!isCancellation(error)) haltOn(state, error);
    })
    .finally(() => {
      lane.ended = true;
      wake(state);
    });
  return lane;
}
