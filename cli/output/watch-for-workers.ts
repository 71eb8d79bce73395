import type { BatchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { hasLiveWorker } from '../../src/db/workers.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';

const PATIENCE_MS = 10_000;

/** What starts a worker here: `worker` needs both servers named. */
export function workerCommand(context: CliContext): 'up' | 'worker' {
  const isOutside = Boolean(context.env.DATABASE_URL) && Boolean(context.env.TEMPORAL_ADDRESS);
  return isOutside ? 'worker' : 'up';
}

/** Says once when a running batch has had no worker for ten seconds. */
export function watchForWorkers(
  context: CliContext,
  db: Database,
): (snapshot: BatchSnapshot) => Promise<void> {
  let aloneSinceMs: number | null = null;
  let isTold = false;
  return async ({ status }) => {
    const isAlone = ['pending', 'processing'].includes(status) && !(await hasLiveWorker(db));
    if (!isAlone) {
      aloneSinceMs = null;
      return;
    }
    aloneSinceMs ??= performance.now();
    if (isTold || performance.now() - aloneSinceMs < PATIENCE_MS) return;
    isTold = true;
    context.err(
      `No worker has given a sign of life for ${PATIENCE_MS / 1_000} s; start one: ${commandLine(context.env, workerCommand(context))}`,
    );
  };
}
