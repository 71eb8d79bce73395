import { MAX_RETRY_WAIT_MS } from '../domain/failure.ts';

/** The wait that a `retry-after` header asks for (seconds or an HTTP date), at most one hour; undefined without a usable one. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text))
    return Math.min(Math.ceil(Number(text) * 1_000), MAX_RETRY_WAIT_MS);
  // HTTP dates begin with the day; Date.parse alone would take `-5` for a year.
  const dateMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(dateMs)) return undefined;
  return Math.min(Math.max(dateMs - nowMs, 0), MAX_RETRY_WAIT_MS);
}
