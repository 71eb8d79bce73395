import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from './guarded-process.ts';
import type { StackStep } from './stack.ts';

export interface Running {
  process: GuardedProcess;
  /** For a person: `PostgreSQL 18 on 127.0.0.1:41234`. */
  detail: string;
}

export interface Part<T extends Running> {
  /** Starts it when it does not run; resolves when it answers. A failed first start rejects, and may be tried again. */
  ensure(): Promise<T>;
  /** What runs now; null before the first start, while it restarts, and after `stop`. */
  current(): T | null;
  stop(): Promise<void>;
}

export interface PartOptions<T> {
  name: StackStep['part'];
  /** `PostgreSQL`, before there is more to say. */
  label: string;
  start: () => Promise<T>;
  onStep: (step: StackStep) => void;
}

/** A server that is started again whenever it dies, with growing pauses. */
export function createPart<T extends Running>(options: PartOptions<T>): Part<T> {
  const { name, label, onStep } = options;
  let running: T | null = null;
  let starting: Promise<T> | null = null;
  const stopping = new AbortController();

  const start = async (): Promise<T> => {
    const started = await options.start();
    running = started;
    onStep({ part: name, state: 'ready', detail: started.detail });
    const startedAt = Date.now();
    void started.process.exited.then((how) => {
      running = null;
      if (stopping.signal.aborted) return;
      onStep({ part: name, state: 'restarting', detail: `${label} ${how}` });
      starting = restart(Date.now() - startedAt < STABLE_MS ? 1 : 0);
      // `ensure` may not be waiting for it.
      starting.catch(() => undefined);
    });
    return started;
  };

  const restart = async (firstTry: number): Promise<T> => {
    for (let failures = firstTry; ; failures++) {
      await sleep(backoffMs(failures), undefined, { signal: stopping.signal });
      try {
        return await start();
      } catch (error) {
        onStep({ part: name, state: 'failed', detail: (error as Error).message });
      }
    }
  };

  const ensure = (): Promise<T> => {
    if (stopping.signal.aborted) return Promise.reject(new Error(`${label} was told to stop`));
    if (running !== null) return Promise.resolve(running);
    if (starting !== null) return starting;
    onStep({ part: name, state: 'starting', detail: label });
    const first = start();
    starting = first;
    // A failed first start is forgotten, so that the next command tries anew.
    first.catch(() => (starting = null));
    return first;
  };

  return {
    ensure,
    current: () => running,
    stop: async () => {
      stopping.abort();
      await starting?.catch(() => undefined);
      await running?.process.stop();
      running = null;
    },
  };
}

/** A part that lived this long begins its pauses anew. */
const STABLE_MS = 10_000;

function backoffMs(failures: number): number {
  return Math.min(200 * 2 ** failures, 5_000);
}
