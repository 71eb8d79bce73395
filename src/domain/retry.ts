import { MAX_RETRY_WAIT_MS } from './failure.ts';

/**
 * Milliseconds until the next try after `made` tries of this round, or null when none is left. The other side's
 * `retry-after` rules; else the wait doubles from `--retry-delay`: 2, 4, 8 s.
 */
export function nextAttempt(
  settings: { retries: number; retryDelayMs: number },
  made: number,
  retryAfterMs: number | undefined,
): number | null {
  if (made >= 1 + settings.retries) return null;
  return retryAfterMs ?? Math.min(settings.retryDelayMs * 2 ** (made - 1), MAX_RETRY_WAIT_MS);
}

/**
 * The activity of a retry starts this much before the retry is due, and the worker waits out the rest without a slot:
 * timers of a Temporal server may be a second late, and two task queues lie between the timer and the worker.
 */
export const RETRY_HEAD_START_MS = 1_000;
