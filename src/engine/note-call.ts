import type { Task } from './active-batch.ts';
import type { CallVerdict } from './consequence.ts';

/** What an ended call says about the other side, to the gate of all workers and to the window of this one. */
export async function noteCall(task: Task, verdict: NonNullable<CallVerdict>): Promise<void> {
  const { gate, window, inSlots } = task.batch;
  if (verdict.ok) window.answered();
  else if (verdict.isOverload) window.overloaded(inSlots.size);
  if (verdict.stopsAll) await gate.stop(verdict.reason, verdict.retryAfterMs);
  if (task.isProbe) await gate.endProbe(verdict);
  // Another worker may have closed it within the last half second.
  else if (!verdict.ok && !gate.isClosed()) await gate.refresh();
  await gate.record(verdict);
}
