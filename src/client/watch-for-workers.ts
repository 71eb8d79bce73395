import type { BatchSnapshot } from '../db/batch-snapshot.ts';
import type { Queryable } from '../db/database.ts';
import { hasLiveWorker } from '../db/workers.ts';

const PATIENCE_MS = 10_000;

/** Tells once when a running batch has had no worker for ten seconds; to be called with each look at it. */
export function watchForWorkers(
  db: Queryable,
  tell: (message: string) => void,
): (snapshot: Pick<BatchSnapshot, 'status'>) => Promise<void> {
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
    tell(`No worker has given a sign of life for ${PATIENCE_MS / 1_000} s`);
  };
}
