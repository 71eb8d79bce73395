import type { FailureClass } from './failure.ts';

/** `processing_batches.status`. `halted` and `paused` can be resumed; the last four are terminal for the run. */
export const BatchStatus = {
  pending: 'pending',
  processing: 'processing',
  paused: 'paused',
  halted: 'halted',
  finalizing: 'finalizing',
  completed: 'completed',
  completedWithFailures: 'completed_with_failures',
  cancelled: 'cancelled',
  terminated: 'terminated',
} as const;
export type BatchStatus = (typeof BatchStatus)[keyof typeof BatchStatus];

export const terminalBatchStatuses: readonly BatchStatus[] = [
  'completed',
  'completed_with_failures',
  'cancelled',
  'terminated',
];

/** `batch_items.state`; the last four are terminal. `review` waits for a person. */
export const ItemState = {
  pending: 'pending',
  processing: 'processing',
  retrying: 'retrying',
  review: 'review',
  completed: 'completed',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
} as const;
export type ItemState = (typeof ItemState)[keyof typeof ItemState];

/** What the row orders; workers read it every 500 ms and start nothing against it. */
export const Control = { run: 'run', pause: 'pause', halt: 'halt', cancel: 'cancel' } as const;
export type Control = (typeof Control)[keyof typeof Control];

/** Settings that may change while a batch runs (`set`, `retry`); `processing_batches.settings`. */
export interface BatchSettings {
  /** Items handed out together. @default 50 */
  batchSize: number;
  /** Documents in work at once, over all workers. @default 5 */
  parallel: number;
  /** Tries after the first one. @default 3 */
  retries: number;
  /** The first wait; doubled each time. @default 2000 */
  retryDelayMs: number;
  /** Limit for one document's extraction and, separately, its analysis. @default 600000 */
  timeoutMs: number;
  /** Failed items allowed before the batch halts: a count, a percentage of all items, or no limit. @default null */
  maxFailures: { count: number } | { percent: number } | null;
  /** What halting does with documents in flight: `soon` lets them finish, `now` aborts them. @default 'soon' */
  halt: 'soon' | 'now';
  /** 1 (first) to 5. @default 3 */
  priority: number;
  /** Whether results of equal content under the same recipe are reused. @default true */
  cache: boolean;
  /** Folder that gets one JSON file per document, absolute; null for none. */
  outDir: string | null;
  /** Names under `outDir` are relative to this folder, absolute. @default null (the root) */
  outBase: string | null;
  /** Commands or https URLs told of `halted`, `finished`, `stalled`, `review`. */
  notify: string[];
  /** File with one password a line, absolute; workers read it when a document is protected. Null for none. */
  passwordsFile: string | null;
  /** What paid calls may cost in all; null for no limit. */
  budgetNanoUsd: number | null;
  /** What provider batches have not answered by then (ms since 1970) is asked online. @default null (they may take their day) */
  deadlineAtMs?: number | null;
}

/** Settings that `retry` may give to the documents that it takes up again, without touching the others. */
export type DocumentSettings = Pick<BatchSettings, 'timeoutMs' | 'retries' | 'retryDelayMs' | 'cache'>;

/** Parts what counts for single documents from what only a whole batch can have. */
export function partSettings(settings: Partial<BatchSettings>): {
  ofDocuments: Partial<DocumentSettings>;
  ofBatch: Partial<BatchSettings>;
} {
  const isOfDocuments = ([key]: [string, unknown]) =>
    ['timeoutMs', 'retries', 'retryDelayMs', 'cache'].includes(key);
  const entries = Object.entries(settings);
  return {
    ofDocuments: Object.fromEntries(entries.filter(isOfDocuments)),
    ofBatch: Object.fromEntries(entries.filter((entry) => !isOfDocuments(entry))),
  };
}

export const defaultSettings: Readonly<BatchSettings> = {
  batchSize: 50,
  parallel: 5,
  retries: 3,
  retryDelayMs: 2_000,
  timeoutMs: 600_000,
  maxFailures: null,
  halt: 'soon',
  priority: 3,
  cache: true,
  outDir: null,
  outBase: null,
  notify: [],
  passwordsFile: null,
  budgetNanoUsd: null,
};

/** Item counts of one batch. `done` are those with a result; all fields count items. */
export interface BatchCounts {
  total: number;
  completed: number;
  /** They wait for a person; see `docbatch review`. */
  review: number;
  failed: number;
  skipped: number;
  cancelled: number;
  pending: number;
  processing: number;
  retrying: number;
}

/** Nothing moves any more; a paused batch is settled when what was in work has ended. `parked` items are at a provider. */
export function hasSettled({
  status,
  counts,
  parked,
}: {
  status: BatchStatus;
  counts: BatchCounts;
  parked: number;
}): boolean {
  if (status === 'paused') return counts.processing === parked;
  return status === 'halted' || terminalBatchStatuses.includes(status);
}

/** True when more items failed than `maxFailures` allows. A percentage counts only once planning is finished. */
export function exceedsFailureBudget(
  maxFailures: BatchSettings['maxFailures'],
  failedItems: number,
  totalItems: number,
  planned: boolean,
): boolean {
  if (maxFailures === null) return false;
  if ('count' in maxFailures) return failedItems > maxFailures.count;
  return planned && failedItems * 100 > maxFailures.percent * totalItems;
}

/** Exit codes of `process`, `retry`, `resume` and `wait`: a tested promise. */
export const ExitCode = {
  ok: 0,
  usage: 1,
  someFailed: 2,
  halted: 3,
  cancelled: 4,
  budget: 5,
  interrupted: 130,
} as const;

/** The exit code that a batch in this state gives to the command that waited for it. */
export function exitCodeFor(status: BatchStatus, reason: string | null): number {
  switch (status) {
    case 'completed':
      return ExitCode.ok;
    case 'completed_with_failures':
      return ExitCode.someFailed;
    case 'halted':
      return ExitCode.halted;
    case 'cancelled':
    case 'terminated':
      return ExitCode.cancelled;
    case 'paused':
      if (reason === 'review') return ExitCode.someFailed;
      return reason === 'budget' ? ExitCode.budget : ExitCode.interrupted;
    default:
      return ExitCode.interrupted;
  }
}

/** The failure that a finished item carries. */
export interface ItemFailure {
  failureClass: FailureClass;
  code: string;
  stage: string;
  message: string;
}
