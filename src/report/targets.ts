import type { BatchSnapshot } from '../db/batch-snapshot.ts';
import { progressOf } from '../domain/progress.ts';

export interface Target {
  name: string;
  /** Null: not applicable (nothing was measured). */
  value: number | null;
  unit: string;
  goal: string;
  verdict: 'met' | 'missed' | 'n/a';
}

/** The five targets of the requirements, measured. */
export function targetsOf({
  counts,
  activeMs,
  retryCalls,
  retryCallsOk,
  peakRssBytes,
  calls,
  callsOk,
}: BatchSnapshot): Target[] {
  const share = (part: number, whole: number) => (whole === 0 ? null : (part / whole) * 100);
  // Documents that ended per minute in which the batch was neither paused nor halted.
  const rate = progressOf(counts, activeMs).perMinute;
  return [
    target('throughput', rate, 'documents/min', '>= 100 documents/min', (value) => value >= 100),
    target('error rate', share(counts.failed, counts.total), '%', '< 5 %', (value) => value < 5),
    target('retry success', share(retryCallsOk, retryCalls), '%', '> 80 %', (value) => value > 80),
    target(
      'peak memory',
      peakRssBytes === 0 ? null : peakRssBytes / 1e9,
      'GB',
      '< 2 GB',
      (value) => value < 2,
    ),
    target('API efficiency', share(callsOk, calls), '%', '> 90 %', (value) => value > 90),
  ];
}

function target(
  name: string,
  value: number | null,
  unit: string,
  goal: string,
  isMet: (value: number) => boolean,
): Target {
  if (value === null) return { name, value, unit, goal, verdict: 'n/a' };
  return { name, value: Math.round(value * 100) / 100, unit, goal, verdict: isMet(value) ? 'met' : 'missed' };
}
