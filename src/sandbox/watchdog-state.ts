/** Of the first cell: the thread sleeps until it is notified. */
export const ASLEEP = 0;
/** A document is in work. */
export const WORKING = 1;
/** None is; the thread falls asleep with its next look. */
export const RESTING = 2;

export interface WatchdogData {
  /** Two cells: the state, and one that stays 0 to wait on. */
  state: Int32Array;
  maxRssMb: number;
  parentPid: number;
}
