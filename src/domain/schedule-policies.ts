/** What a schedule does when a run is due while an earlier one is still going on. */
export const overlapPolicies = [
  'skip',
  'buffer-one',
  'buffer-all',
  'cancel-other',
  'terminate-other',
  'allow-all',
] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

export interface SchedulePolicies {
  /** @default 'skip' */
  overlap: OverlapPolicy;
  /** How late a run may still start when the server was down. @default 3600000 */
  catchUpMs: number;
  /** Whether a run that fails pauses the schedule. @default true */
  pauseOnFailure: boolean;
}
