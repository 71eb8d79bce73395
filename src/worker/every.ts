import type { Logger } from '../log.ts';

/** Repeats a chore with pauses; an error is logged once per text and the chore goes on. Returns how to stop it. */
export function every(pauseMs: number, chore: () => Promise<unknown>, log: Logger): () => Promise<void> {
  let stopped = false;
  let lastError = '';
  let wakeUp: () => void = () => undefined;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      try {
        await chore();
        lastError = '';
      } catch (error) {
        const { message } = error as Error;
        if (message !== lastError) log.warn({ error: message }, 'a chore failed; it is tried again');
        lastError = message;
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pauseMs);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const ended = loop();
  return () => {
    stopped = true;
    wakeUp();
    return ended;
  };
}
