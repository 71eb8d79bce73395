import type { Database } from '../src/db/database.ts';
import { batchSnapshot } from '../src/db/batch-snapshot.ts';
import type { BatchSnapshot } from '../src/db/batch-snapshot.ts';
import type { CliContext } from './context.ts';
import { createProgressView } from './output/progress-view.ts';

const LOOK_MS = 400;
const SETTLED = new Set([
  'completed',
  'completed_with_failures',
  'halted',
  'cancelled',
  'terminated',
  'paused',
]);

/** Shows a batch until it stands still; the first Ctrl-C asks `onInterrupt`, and waits for what is in flight. */
export async function followBatch(
  context: CliContext,
  db: Database,
  batchId: string,
  onInterrupt: () => Promise<void>,
  onLook: (snapshot: BatchSnapshot) => void = () => undefined,
): Promise<BatchSnapshot> {
  const view = createProgressView(context);
  let asked = false;
  try {
    for (;;) {
      if (context.interrupted.aborted && !asked) {
        asked = true;
        await onInterrupt();
      }
      const snapshot = await lookAgain(db, batchId);
      view.update(snapshot);
      onLook(snapshot);
      if (SETTLED.has(snapshot.status) && !(snapshot.status === 'paused' && snapshot.counts.processing > 0))
        return snapshot;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } finally {
    view.stop();
  }
}

/** A database that restarts is waited for: the batch lives in the worker, not here. */
async function lookAgain(db: Database, batchId: string): Promise<BatchSnapshot> {
  const startedAtMs = performance.now();
  for (;;) {
    try {
      return await batchSnapshot(db, batchId);
    } catch (error) {
      if (performance.now() - startedAtMs > 60_000) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
