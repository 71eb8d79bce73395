// The program of the watchdog's thread; started by watchdog.ts and nobody else.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { MEMORY_MARK } from './requests.ts';
import { ASLEEP, RESTING } from './watchdog-state.ts';
import type { WatchdogData } from './watchdog-state.ts';

const CHECK_EVERY_MS = 200;
const STDERR = 2;

const { state, maxRssMb, parentPid } = workerData as WatchdogData;

for (;;) {
  Atomics.wait(state, 0, ASLEEP);
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() > maxRssMb * 1024 * 1024) {
    writeSync(STDERR, `${MEMORY_MARK}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  Atomics.wait(state, 1, 0, CHECK_EVERY_MS);
  Atomics.compareExchange(state, 0, RESTING, ASLEEP);
}
