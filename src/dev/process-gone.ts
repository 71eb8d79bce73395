import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from '../is-process-alive.ts';

const PATIENCE_MS = 3_000;

/** Resolves when the process has ended, so that a command leaves none behind; after 3 s in any case. */
export async function processGone(pid: number | null): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (pid !== null && isProcessAlive(pid) && Date.now() < deadline) await sleep(10);
}
