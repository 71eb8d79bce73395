/** Workflow ids, task queues and search attributes are named here and nowhere else. */

/** `BatchWorkflow` and the chunk and document activities: `docbatch-3f2a9c01`, for one database on a shared server. */
export function taskQueueOf(installationId: string): string {
  return `docbatch-${shortId(installationId)}`;
}

/** Control, plan and report activities: they never queue behind chunks. */
export function controlQueueOf(taskQueue: string): string {
  return `${taskQueue}-control`;
}

export const searchAttributes = {
  batchId: 'DocbatchBatchId',
  name: 'DocbatchName',
  status: 'DocbatchStatus',
} as const;

export const batchWorkflowType = 'BatchWorkflow';

export function batchWorkflowId(batchId: string): string {
  return `batch:${batchId}`;
}

/** Temporal appends the scheduled time: `schedule:nightly-2026-11-25T02:00:00Z`. */
export function scheduleWorkflowId(scheduleName: string): string {
  return `schedule:${scheduleName}`;
}

/** The first eight hex digits, as shown in lists; commands accept any unique prefix. */
export function shortId(id: string): string {
  return id.slice(0, 8);
}
