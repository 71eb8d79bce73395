import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { RetryPolicy } from '@temporalio/common';
import type { BatchActivities, ControlActivities } from '../activities/types.ts';
import { controlQueueOf } from '../src/domain/ids.ts';

// The failure classes as Temporal policies. Per document: transient → `nextRetryDelay` of processDocument, counted by
// `batch_items.attempts`; permanent → a `failed` row, no retry; critical → a non-retryable failure or the `halt` order.

/** A chunk is only ever interrupted (worker gone, server restarted); it goes on at once, for ever. */
const interrupted: RetryPolicy = { initialInterval: '100ms', backoffCoefficient: 2, maximumInterval: '10s' };

/** Transient: later waits come from the activity, which knows `--retry-delay` and `retry-after`. */
const transient: RetryPolicy = { initialInterval: '2s', backoffCoefficient: 2, maximumInterval: '1h' };

/** What a user waits after a kill -9: below 2 s a stalled CPU gives false alarms, and a false alarm is a paid duplicate. */
const heartbeatTimeout = '5s';

/** Slot and gate waits count in start-to-close: a shorter one would start a second run beside the first. */
const startToCloseTimeout = '24 hours';

/** Chunks and documents run where their workflow does. */
const controlQueue = controlQueueOf(workflowInfo().taskQueue);

export const { processChunk } = proxyActivities<BatchActivities>({
  heartbeatTimeout,
  startToCloseTimeout,
  retry: interrupted,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

export const { processDocument } = proxyActivities<BatchActivities>({
  heartbeatTimeout,
  startToCloseTimeout,
  retry: transient,
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/** Short statements on the rows: repeated until they succeed. */
export const control = proxyActivities<ControlActivities>({
  taskQueue: controlQueue,
  heartbeatTimeout,
  startToCloseTimeout: '2 minutes',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
  cancellationType: 'TRY_CANCEL',
});

/** Discovery walks folders and planning writes pages of 10,000: minutes, with a heartbeat. */
export const planning = proxyActivities<ControlActivities>({
  taskQueue: controlQueue,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
  cancellationType: 'TRY_CANCEL',
});

/** Fails while there is only to wait, and says until when: its retries are the polls. */
export const { driveProvider, summarizeBatch } = proxyActivities<ControlActivities>({
  taskQueue: controlQueue,
  startToCloseTimeout: '6 hours',
  heartbeatTimeout,
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1 minute' },
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
});

/** A long poll: it answers when there is something to retry. */
export const { takeRetries } = proxyActivities<ControlActivities>({
  taskQueue: controlQueue,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout,
  retry: interrupted,
  cancellationType: 'TRY_CANCEL',
});
