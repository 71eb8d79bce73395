import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { BatchState } from './batch-state.ts';

/**
 * An activity gave up for good (database gone for a minute, a fault of ours): the batch halts in memory, and
 * `recordStatus` tells the row as soon as it can. No item is blamed.
 */
export function haltOn(state: BatchState, error: unknown): void {
  // It failed in passing, or was lost, after we had asked it to stop: not retried for that alone. The row knows the rest.
  if (error instanceof ActivityFailure && error.retryState === 'CANCEL_REQUESTED') return;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const code = cause instanceof ApplicationFailure && cause.type ? cause.type : 'internal';
  const detail = cause instanceof Error ? cause.message : String(cause);
  state.halt ??= { code, detail, controlSeq: state.orders?.controlSeq ?? 0 };
}
