import type { BatchSettings } from './batch.ts';

/** Where a batch that discovers on the worker looks; all paths are absolute. */
export interface FrozenSources {
  /** Files and folders; one that is missing halts the batch. */
  paths: string[];
  /** A glob may match nothing, but the folder that it starts from must be there. */
  globs: { pattern: string; cwd: string }[];
  manifests: string[];
}

/** What is still to be found for a batch: kept in its row until that is done, so that `resume` looks again. */
export interface Discovery extends FrozenSources {
  /** Everything registered, instead of `sources`. */
  all: boolean;
  rerun: 'none' | 'failed' | 'completed' | 'all';
  limit: number | null;
  sample: number | null;
}

/** What a schedule runs each time. */
export interface ScheduledBatch {
  scheduleName: string;
  /** IANA name; batches are named by the clock of this zone. */
  timeZone: string;
  analyzer: string;
  discovery: Discovery;
  settings: BatchSettings;
}

/** `nightly-2026-11-25-0200`; seconds only when there are some (a triggered run). */
export function scheduledBatchName(scheduleName: string, scheduledAt: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(scheduledAt);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((found) => found.type === type)?.value ?? '';
  const seconds = part('second') === '00' ? '' : part('second');
  return `${scheduleName}-${part('year')}-${part('month')}-${part('day')}-${part('hour')}${part('minute')}${seconds}`;
}
