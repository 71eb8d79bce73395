import type { Stage } from '../domain/failure.ts';
import { timeoutFailure } from './child-failure.ts';

/** The result of `work`, or a rejection by time or signal; what comes after that is handed to `discard`. */
export function withDeadline<T>(
  work: Promise<T>,
  { stage, timeoutMs, signal }: { stage: Stage; timeoutMs: number; signal: AbortSignal },
  discard: (late: T) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = (): void => end(() => reject(signal.reason as Error));
    const timer = setTimeout(() => end(() => reject(timeoutFailure(timeoutMs, stage))), longest(timeoutMs));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    work.then(
      (value) => (isOver ? void discard(value) : end(() => resolve(value))),
      () => (isOver ? undefined : end(() => resolve(work))),
    );
  });
}

/** `setTimeout` takes no longer wait. */
export function longest(ms: number): number {
  return Math.min(ms, 2_147_483_647);
}
