import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  everyMs: number;
  timeoutMs: number;
  /** Told when the time is over; the last error is its cause. */
  what: string;
}

/** Tries until `attempt` neither throws nor returns false; a `Stop` ends the waiting at once. */
export async function until(attempt: () => Promise<boolean>, options: UntilOptions): Promise<void> {
  const deadline = Date.now() + options.timeoutMs;
  let cause: unknown;
  for (;;) {
    try {
      if (await attempt()) return;
    } catch (error) {
      if (error instanceof Stop) throw error.cause;
      cause = error;
    }
    if (Date.now() > deadline) throw new Error(options.what, { cause });
    await sleep(options.everyMs);
  }
}

/** Thrown inside `until` when waiting longer is no use; its cause is what the caller gets. */
export class Stop extends Error {}
