import { expect } from 'chai';
import type { ActiveBatch, Task } from '../../../src/engine/active-batch.ts';
import { createSlotPool } from '../../../src/engine/slot-pool.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';

describe('the slot pool', () => {
  it('marks only the document that runs alone, so that its crash is not blamed on others', async () => {
    const { marked, running, tasks, end } = pool([2, 2, 0, 0]);
    await settled();
    expect(marked).to.deep.equal(['0']);
    expect(running).to.deep.equal(['0']);
    end(tasks[0]!);
    await settled();
    expect(marked).to.deep.equal(['0', '1']);
    end(tasks[1]!);
    await settled();
    expect(running.slice(2)).to.deep.equal(['2', '3']);
  });

  it('starts nothing before the outcome of the document that ran alone is committed', async () => {
    const { running, tasks, end, commits, slots } = pool([2, 0, 0, 0]);
    await settled();
    commits.uncommitted = 1;
    end(tasks[0]!);
    await settled();
    expect(running).to.deep.equal(['0']);
    commits.uncommitted = 0;
    slots.pump();
    await settled();
    expect(running.slice(1)).to.deep.equal(['1', '2', '3']);
  });

  it('runs a document alone only when all outcomes before it are committed', async () => {
    const { marked, commits, slots } = pool([2, 0, 0, 0], 4, 1);
    await settled();
    expect(marked).to.deep.equal([]);
    commits.uncommitted = 0;
    slots.pump();
    await settled();
    expect(marked).to.deep.equal(['0']);
  });

  it('marks a document that saw one crash only when a slot is free for it', async () => {
    const { marked, running } = pool([1, 1, 1, 1], 2);
    await settled();
    expect(running).to.deep.equal(['0', '1']);
    expect(marked).to.deep.equal(['0', '1']);
  });

  it('marks sound documents ahead, so that no slot waits for the database', async () => {
    const { marked, running } = pool([0, 0, 0, 0], 2);
    await settled();
    expect(running).to.deep.equal(['0', '1']);
    expect(marked).to.deep.equal(['0', '1', '2']);
  });
});

function pool(crashCounts: number[], share = 4, uncommitted = 0) {
  const commits = { uncommitted };
  const marked: string[] = [];
  const running: string[] = [];
  const ends = new Map<Task, () => void>();
  const batch = {
    view: {
      control: 'run',
      settings: defaultSettings,
      totals: { total: 4, completed: 0, failed: 0 },
      planned: true,
    },
    gate: { isClosed: () => false },
    committer: {
      count: () => commits.uncommitted,
      oldestAgeMs: () => 0,
      failures: () => 0,
      hasCritical: () => false,
    },
    queue: [],
    inSlots: new Set(),
    share,
    lastServed: 0,
    isMarking: false,
  } as unknown as ActiveBatch;
  const tasks = crashCounts.map((crashCount, index) => {
    const item = { documentId: String(index), crashCount };
    return { batch, item, markedAtMs: null, isMarking: false, settle: () => undefined } as unknown as Task;
  });
  batch.queue.push(...tasks);
  const slots = createSlotPool(new Map([['b', batch]]), {
    capacity: 64,
    isOpen: () => true,
    mark: (_batch, chosen) => {
      const ids = chosen.map(({ item }) => item.documentId);
      marked.push(...ids);
      return Promise.resolve(new Set(ids));
    },
    run: (task) => {
      running.push(task.item.documentId);
      return new Promise((resolve) => ends.set(task, resolve));
    },
  });
  slots.pump();
  return { marked, running, tasks, commits, slots, end: (task: Task) => ends.get(task)?.() };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
