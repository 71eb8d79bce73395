import type { BatchCounts } from './batch.ts';

export interface Progress {
  finished: number;
  /** What was worked on, not what was cancelled; null until something was. */
  perMinute: number | null;
  /** Range of the time left, in milliseconds; null while nothing can be said. */
  leftMs: { from: number; to: number } | null;
}

/**
 * Rate and time left from what was observed: items that left work over active time. The range narrows as more is known.
 * Nothing is said of the time left when all that is left waits for a retry.
 */
export function progressOf(counts: BatchCounts, activeMs: number): Progress {
  const finished = counts.completed + counts.review + counts.failed + counts.skipped + counts.cancelled;
  const worked = finished - counts.cancelled;
  if (worked === 0 || activeMs <= 0) return { finished, perMinute: null, leftMs: null };
  const msEach = activeMs / worked;
  const left = (counts.total - finished) * msEach;
  const spread = Math.min(0.5, 1 / Math.sqrt(worked));
  const onlyWaits = counts.retrying > 0 && counts.pending + counts.processing === 0;
  return {
    finished,
    perMinute: 60_000 / msEach,
    leftMs: onlyWaits ? null : { from: left * (1 - spread), to: left * (1 + spread) },
  };
}

/** `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `under 1 s`, `up to 4 s`, `about 12 s`, `3 s to 20 s`: nobody waits for milliseconds. */
export function formatRange({ from, to }: { from: number; to: number }): string {
  if (to < 1_000) return 'under 1 s';
  const [least, most] = [formatDuration(from), formatDuration(to)];
  if (from < 1_000) return `up to ${most}`;
  return least === most ? `about ${most}` : `${least} to ${most}`;
}

/** How long `count` documents will take at `parallel`, as a range around what was observed; milliseconds. */
export function expectedTime(
  { meanMs, deviationMs }: { meanMs: number; deviationMs: number },
  count: number,
  parallel: number,
): { from: number; to: number } {
  const atOnce = Math.max(Math.min(parallel, count), 1);
  const expected = (count * meanMs) / atOnce;
  const spread = (2 * deviationMs * Math.sqrt(count)) / atOnce;
  // Machines and documents differ from last time, more often to the worse.
  return { from: Math.max(0.8 * expected - spread, expected / 3), to: 1.3 * expected + spread };
}
