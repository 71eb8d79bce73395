import { setTimeout as sleep } from 'node:timers/promises';

export interface Turn {
  /** Resolves when those that came before have ended, or were waited for long enough. */
  ready: Promise<void>;
  end(): void;
}

/** One after the other, in the order in which they came; nobody holds up those behind for longer than `patienceMs`. */
export function createTurns(patienceMs: number): () => Turn {
  let last: Promise<void> = Promise.resolve();
  return () => {
    const before = last;
    let end: () => void = () => undefined;
    last = new Promise((resolve) => (end = resolve));
    return { ready: Promise.race([before, sleep(patienceMs, undefined, { ref: false })]), end };
  };
}
