import { DocumentFailure } from '../domain/failure.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the analyzer waits for on our own account is not held against it: the limit may grow. */
export async function watched<T>(call: Promise<T>, limitMs: () => number, onLate: () => void): Promise<T> {
  const startedAtMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const look = (): void => {
      const leftMs = limitMs() - (performance.now() - startedAtMs);
      if (leftMs > 0) timer = setTimeout(look, Math.min(leftMs, MAX_TIMER_MS));
      else {
        onLate();
        const message = `The analyzer gave no answer within ${Math.round(limitMs())} ms`;
        reject(new DocumentFailure('transient', 'analyzer_timeout', message, { stage: 'analyze' }));
      }
    };
    look();
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
