import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { loadConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { keepHeapSteady } from '../steady-heap.ts';
import { endWithParent } from './end-with-parent.ts';
import { runWorker } from './run-worker.ts';

// The embedded stack's worker: started by the keeper, drained by SIGTERM.
keepHeapSteady();
const { env } = process;
const config = loadConfig({ env, cwd: process.cwd(), project: env.DOCBATCH_PROJECT });
const log = createLogger('worker');
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('SIGINT', () => stop.abort());
endWithParent(stop);
await runWorker({
  config,
  env,
  log,
  workerId: randomUUID(),
  host: hostname(),
  slots: config.worker.slots,
  diskLimit: { folder: config.stateDir, minFreeBytes: config.limits.minFreeDiskBytes },
  signal: stop.signal,
  onReady: () => process.stdout.write('DOCBATCH_WORKER_READY\n'),
});
