import type { ActiveBatch, Task } from './active-batch.ts';
import { enqueue } from './active-batch.ts';

export interface ProberOptions {
  /** False while nothing may start at all. */
  isOpen(): boolean;
  /** Takes the document to try it with out of the queue; undefined when none may run now. */
  take(batch: ActiveBatch): Task | undefined;
  /** Writes `started_at`; answers with the id when it is still ours. */
  mark(batch: ActiveBatch, task: Task): Promise<Set<string>>;
  /** Runs the document and ends the probe with what its call showed. */
  run(task: Task): Promise<void>;
}

/** Returns what the ticker calls: one document of one batch may try a closed gate, over all workers. */
export function createProber(batches: ReadonlyMap<string, ActiveBatch>, options: ProberOptions): () => void {
  return () => {
    if (!options.isOpen()) return;
    const asked = new Set<string>();
    for (const batch of batches.values()) {
      const { gate, view, queue, inSlots, share } = batch;
      if (!gate.isClosed() || gate.probeInMs() > 0 || asked.has(gate.provider)) continue;
      if (view.control !== 'run' || queue.length === 0 || inSlots.size >= share) continue;
      asked.add(gate.provider);
      // When the database is away the next tick asks again.
      void probe(batch, options).catch(() => undefined);
    }
  };
}

async function probe(batch: ActiveBatch, options: ProberOptions): Promise<void> {
  if (!(await batch.gate.claimProbe())) return;
  const task = options.take(batch);
  if (task === undefined) return batch.gate.endProbe(null);
  batch.inSlots.add(task);
  try {
    task.isProbe = await mayRun(batch, task, options);
    await (task.isProbe ? options.run(task) : batch.gate.endProbe(null));
  } finally {
    batch.inSlots.delete(task);
  }
}

/** Marks it as in work; when it is not ours, or not wanted any more, it leaves the queue here. */
async function mayRun(batch: ActiveBatch, task: Task, options: ProberOptions): Promise<boolean> {
  try {
    const ours = await options.mark(batch, task);
    if (!ours.has(task.item.documentId)) task.settle('dropped');
    else if (task.isStopped()) task.settle('returned');
    else return true;
  } catch {
    if (task.isStopped()) task.settle('returned');
    else enqueue(batch, [task]);
  }
  return false;
}
