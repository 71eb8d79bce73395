import type { ActiveBatch } from './active-batch.ts';
import { fenceOf } from './tasks.ts';

/**
 * Documents that were marked ahead and cannot start soon are only in the queue again: a crash of this worker is not their
 * fault. Not while others are being marked; then it has to be called again.
 */
export async function takeBackMarks(batch: ActiveBatch): Promise<void> {
  if (batch.isMarking) return;
  const marked = batch.queue.filter(({ markedAtMs }) => markedAtMs !== null);
  if (marked.length === 0) return;
  batch.isMarking = true;
  for (const task of marked) Object.assign(task, { markedAtMs: null, isMarking: true });
  try {
    await Promise.all(marked.map((task) => batch.marks.takeBack(fenceOf(task))));
  } finally {
    batch.isMarking = false;
    for (const task of marked) task.isMarking = false;
  }
}
