/** A first-in, first-out queue for so many bytes of memory. */
export interface Room {
  /** Resolves with the function that gives the bytes back; rejects with the signal's reason while still queued. */
  take(sizeBytes: number, signal: AbortSignal): Promise<() => void>;
}

/** Eight of the largest calls, or all slots with a picture each; as text and as what is sent it is a multiple of it. */
const PICTURE_BYTES = 160 * 1024 * 1024;

/** What is larger than all of it gets all of it. */
export function createRoom(totalBytes = PICTURE_BYTES): Room {
  let free = totalBytes;
  const waiting: { sizeBytes: number; start(): void }[] = [];

  const serve = (): void => {
    while (waiting[0] !== undefined && waiting[0].sizeBytes <= free) {
      const next = waiting.shift()!;
      free -= next.sizeBytes;
      next.start();
    }
  };

  return {
    take: (wantedBytes, signal) =>
      new Promise((resolve, reject) => {
        const sizeBytes = Math.min(wantedBytes, totalBytes);
        const one = {
          sizeBytes,
          start: () => {
            signal.removeEventListener('abort', abort);
            resolve(giveBackOnce(sizeBytes));
          },
        };
        const abort = (): void => {
          const place = waiting.indexOf(one);
          if (place >= 0) waiting.splice(place, 1);
          reject(signal.reason as Error);
          serve();
        };
        if (signal.aborted) {
          abort();
          return;
        }
        signal.addEventListener('abort', abort, { once: true });
        waiting.push(one);
        serve();
      }),
  };

  function giveBackOnce(sizeBytes: number): () => void {
    let isGiven = false;
    return () => {
      if (isGiven) return;
      isGiven = true;
      free += sizeBytes;
      serve();
    };
  }
}
