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
  return retryAfterMs ?? Math.min(settings.retryDelayMs * 2 ** (made - 1), LONGEST_WAIT_MS);
}

const LONGEST_WAIT_MS = 60 * 60 * 1000;
