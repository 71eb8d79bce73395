import { defineQuery, defineSignal } from '@temporalio/workflow';

/** Who asks and why; both are optional, so that a signal typed into the Web UI without input works. */
export interface ControlRequest {
  reason?: string;
  actor?: string;
  /** Abort documents in flight instead of letting them finish. @default false */
  now?: boolean;
}

/** The row has changed: read it again. Sent by our commands, which write the row first. */
export const wakeSignal = defineSignal('wake');
/** The same, and documents that wait for a retry may be among those that are left out now. */
export const skippedSignal = defineSignal('skipped');
export const pauseSignal = defineSignal<[ControlRequest?]>('pause');
export const resumeSignal = defineSignal<[ControlRequest?]>('resume');
export const cancelSignal = defineSignal<[ControlRequest?]>('cancel');

export interface BatchProgress {
  phase: 'planning' | 'processing' | 'paused' | 'halted' | 'continuing' | 'finishing';
  chunksInFlight: number;
  retriesInFlight: number;
  nextChunk: number;
  lastChunk: number;
}

export const progressQuery = defineQuery<BatchProgress>('progress');
