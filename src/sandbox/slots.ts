/** A first-in, first-out queue for `count` equal places. */
export interface Slots {
  /** Resolves with the function that gives the place back; rejects with the signal's reason while still queued. */
  take(signal: AbortSignal): Promise<() => void>;
  /** Turns away all who wait. */
  close(reason: Error): void;
}

export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Map<() => void, (reason: Error) => void>();

  return {
    take(signal) {
      return new Promise((resolve, reject) => {
        const start = (): void => {
          waiting.delete(start);
          signal.removeEventListener('abort', abort);
          free -= 1;
          resolve(giveBackOnce());
        };
        const leave = (reason: Error): void => {
          waiting.delete(start);
          signal.removeEventListener('abort', abort);
          reject(reason);
        };
        const abort = (): void => leave(signal.reason as Error);
        if (signal.aborted) abort();
        else if (free > 0) start();
        else {
          waiting.set(start, leave);
          signal.addEventListener('abort', abort, { once: true });
        }
      });
    },
    close(reason) {
      for (const leave of waiting.values()) leave(reason);
    },
  };

  function giveBackOnce(): () => void {
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      free += 1;
      const [next] = waiting.keys();
      next?.();
    };
  }
}
