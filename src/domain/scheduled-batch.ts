import type { AggregateSpec } from './aggregate.ts';
import type { BatchSettings } from './batch.ts';
import type { FrozenProfile } from './recipe.ts';
import { zonedTime } from './zoned-time.ts';

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
  /** Only with Claude. */
  frozen?: FrozenProfile;
  aggregate?: AggregateSpec;
  discovery: Discovery;
  settings: BatchSettings;
}

/** `nightly-2026-11-25-0200`; seconds only when there are some (a triggered run). */
export function scheduledBatchName(scheduleName: string, scheduledAt: Date, timeZone: string): string {
  return `${scheduleName}-${zonedTime(scheduledAt, timeZone).replace(' ', '-').replaceAll(':', '')}`;
}
