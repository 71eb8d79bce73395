import type { BatchSettings } from './batch.ts';

/** What a schedule (or a batch that discovers on the worker) runs each time; all paths are absolute. */
export interface ScheduledBatch {
  scheduleName: string;
  paths: string[];
  manifest: string | null;
  all: boolean;
  analyzer: string;
  rerun: 'none' | 'failed' | 'completed' | 'all';
  limit: number | null;
  settings: BatchSettings;
}
