import { expect } from 'chai';
import type { Task } from '../../../src/engine/active-batch.ts';
import { untilDue } from '../../../src/engine/tasks.ts';

describe('a retry that comes early', () => {
  it('waits until it is due, however early it came', async () => {
    const startedAtMs = performance.now();
    await untilDue([taskDueIn(1_400)]);
    expect(performance.now() - startedAtMs).to.be.within(1_399, 1_900);
  });

  it('waits no longer when it is not wanted any more', async () => {
    const startedAtMs = performance.now();
    await untilDue([taskDueIn(60_000, () => performance.now() - startedAtMs > 100)]);
    expect(performance.now() - startedAtMs).to.be.below(1_500);
  });
});

function taskDueIn(dueMs: number, isStopped = () => false): Task {
  return { item: { dueMs }, isStopped } as unknown as Task;
}
