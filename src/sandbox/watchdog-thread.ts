// The program of the watchdog's thread; started by watchdog.ts and nobody else.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { MEMORY_MARK } from './requests.ts';

const CHECK_EVERY_MS = 200;
const STDERR = 2;

export interface WatchdogData {
  /** One cell: 1 while a document is in work. */
  state: Int32Array;
  maxRssMb: number;
  parentPid: number;
}

const { state, maxRssMb, parentPid } = workerData as WatchdogData;

for (;;) {
  Atomics.wait(state, 0, 0);
  if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  if (process.memoryUsage.rss() > maxRssMb * 1024 * 1024) {
    writeSync(STDERR, `${MEMORY_MARK}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  Atomics.wait(state, 0, 1, CHECK_EVERY_MS);
}
