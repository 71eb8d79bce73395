import { Worker } from 'node:worker_threads';
import { ASLEEP, RESTING, WORKING } from './watchdog-state.ts';
import type { WatchdogData } from './watchdog-state.ts';

/**
 * A thread that ends this process when its parent is gone or its memory exceeds `maxRssMb`. The main thread cannot do
 * either while a parser spins in it, and V8's heap limit does not count buffers or native memory. It sleeps between
 * documents: call `wake` before and `rest` after each.
 */
export function startWatchdog(maxRssMb: number): { wake(): void; rest(): void } {
  const state = new Int32Array(new SharedArrayBuffer(8));
  const workerData: WatchdogData = { state, maxRssMb, parentPid: process.ppid };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData });
  thread.unref();
  return {
    wake() {
      // Between two documents in a row it is awake: waking a thread costs as much as a small text.
      if (Atomics.exchange(state, 0, WORKING) === ASLEEP) Atomics.notify(state, 0);
    },
    rest() {
      Atomics.compareExchange(state, 0, WORKING, RESTING);
    },
  };
}
