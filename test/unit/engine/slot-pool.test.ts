import { expect } from 'chai';
import { createCallWindow } from '../../../src/engine/call-window.ts';
import type { ActiveBatch, Task } from '../../../src/engine/active-batch.ts';
import { enqueue } from '../../../src/engine/active-batch.ts';
import { createSlotPool } from '../../../src/engine/slot-pool.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';

describe('the slot pool', () => {
  it('marks only the document that runs alone, so that its crash is not blamed on others', async () => {
    const world = createWorld({ share: 4 });
    await world.add(documents(2, [2, 2]));
    expect(world.marked).to.deep.equal(['0']);
    expect(world.running()).to.deep.equal(['0']);
    await world.end('0');
    expect(world.marked).to.deep.equal(['0', '1']);
    expect(world.running()).to.deep.equal(['1']);
  });

  it('runs first what saw the fewest workers die, so that no kill hits the same documents again and again', async () => {
    const world = createWorld({ share: 2 });
    await world.add(documents(7, [3, 2, 1, 1, 0, 0, 4]));
    const order: string[] = [];
    for (let ended = 0; ended < 7; ended++) {
      const [next] = world.running();
      order.push(next!);
      await world.end(next!);
    }
    expect(order).to.deep.equal(['4', '5', '2', '3', '1', '0', '6']);
  });

  it('starts nothing before the outcome of the document that ran alone is committed', async () => {
    const world = createWorld({ share: 4 });
    await world.add(documents(1, [2]));
    await world.add(documents(4).slice(1));
    world.commits.uncommitted = 1;
    await world.end('0');
    expect(world.running()).to.deep.equal([]);
    world.commits.uncommitted = 0;
    await world.pump();
    expect(world.running()).to.deep.equal(['1', '2', '3']);
  });

  it('runs a document alone only when all outcomes before it are committed', async () => {
    const world = createWorld({ share: 4 });
    world.commits.uncommitted = 1;
    await world.add(documents(1, [2]));
    expect(world.marked).to.deep.equal([]);
    world.commits.uncommitted = 0;
    await world.pump();
    expect(world.marked).to.deep.equal(['0']);
  });

  it('marks a document that saw one crash only when a slot is free for it', async () => {
    const world = createWorld({ share: 2 });
    await world.add(documents(4, [1, 1, 1, 1]));
    expect(world.running()).to.deep.equal(['0', '1']);
    expect(world.marked).to.deep.equal(['0', '1']);
  });

  it('marks what runs alone only when nobody else is marked', async () => {
    const world = createWorld({ share: 3 });
    await world.add(documents(4));
    expect(world.marked).to.deep.equal(['0', '1', '2', '3']);
    await world.add([{ name: 'suspect', crashCount: 2, from: 'retrying' }]);
    for (const name of ['0', '1', '2']) await world.end(name);
    expect(world.running()).to.deep.equal(['3']);
    expect(world.marked).not.to.include('suspect');
    await world.end('3');
    expect(world.running()).to.deep.equal(['suspect']);
  });

  it('marks and reads half a share more before its slots come', async () => {
    const world = createWorld({ share: 6 });
    await world.add(documents(20));
    expect(world.running()).to.have.length(6);
    expect(world.marked).to.deep.equal(names(9));
    expect(world.readAhead).to.deep.equal(names(9));
  });

  it('marks fewer ahead, too, while the other side is overloaded', async () => {
    const world = createWorld({ share: 12 });
    while (world.batch.window.size() > 2) world.batch.window.overloaded(4);
    await world.add(documents(20));
    expect(world.running()).to.have.length(2);
    expect(world.marked).to.deep.equal(names(3));
  });

  it('refills by half a reserve at once, not by one', async () => {
    const world = createWorld({ share: 12 });
    await world.add(documents(40));
    const before = world.markings();
    for (let ended = 0; ended < 4; ended++) await world.end(world.running()[0]!);
    expect(world.running()).to.have.length(12);
    expect(world.markings() - before).to.be.at.most(2);
  });

  it('reads nothing ahead that saw a worker die', async () => {
    const world = createWorld({ share: 2 });
    await world.add(documents(2, [1, 2]));
    await world.end('0');
    expect(world.running()).to.deep.equal(['1']);
    expect(world.readAhead).to.deep.equal([]);
  });

  it('marks nothing of a batch that waits behind another', async () => {
    const world = createWorld({ share: 4, capacity: 4 });
    await world.add(documents(20));
    const behind: ActiveBatch = { ...world.batch, batchId: 'behind', queue: [], inSlots: new Set() };
    world.batches.set('behind', behind);
    await world.add([{ name: 'waits' }], behind);
    expect(world.marked).not.to.include('waits');
  });

  it('runs a document alone over all batches: what waits marked elsewhere is taken back first', async () => {
    const world = createWorld({ share: 3 });
    await world.add(documents(4));
    const settings = { ...world.batch.view.settings, priority: 1 };
    const other: ActiveBatch = { ...world.batch, batchId: 'other', queue: [], inSlots: new Set() };
    other.view = { ...other.view, settings };
    world.batches.set('other', other);
    await world.add([{ name: 'suspect', crashCount: 2 }], other);
    for (const name of ['0', '1', '2']) await world.end(name);
    expect(world.takenBack).to.deep.equal(['3']);
    expect(world.marked).to.deep.equal([...names(4), 'suspect']);
    expect(world.running()).to.deep.equal(['suspect']);
    await world.end('suspect');
    expect(world.marked).to.deep.equal([...names(4), 'suspect', '3']);
    expect(world.running()).to.deep.equal(['3']);
  });

  it('runs nothing alone beside a probe of another batch', async () => {
    const world = createWorld({ share: 4 });
    const probed = world.addClosedBatch([{ name: 'probe' }]);
    const probe = world.takeProbe(probed)!;
    await world.add(documents(1, [2]));
    expect([...world.running(), ...world.marked]).to.deep.equal([]);
    probed.inSlots.delete(probe);
    await world.pump();
    expect(world.running()).to.deep.equal(['0']);
  });

  it('probes no gate beside the document that runs alone', async () => {
    const world = createWorld({ share: 4 });
    await world.add(documents(1, [2]));
    const probed = world.addClosedBatch([{ name: 'probe' }]);
    expect(world.takeProbe(probed)).to.equal(undefined);
    await world.end('0');
    expect(world.takeProbe(probed)?.item.documentId).to.equal('probe');
  });

  it('probes with a document that saw two crashes only when it is alone, and there is no other', async () => {
    const world = createWorld({ share: 4 });
    const probed = world.addClosedBatch([{ name: 'suspect', crashCount: 2 }, { name: 'innocent' }]);
    await world.add(documents(1));
    expect(world.takeProbe(probed)?.item.documentId).to.equal('innocent');
    probed.inSlots.clear();
    expect(world.takeProbe(probed)).to.equal(undefined);
    await world.end('0');
    expect(world.takeProbe(probed)?.item.documentId).to.equal('suspect');
    await world.add([{ name: 'later' }]);
    expect(world.running()).to.deep.equal([]);
  });

  it('does not let a retry that has just come hold up what is ready', async () => {
    const world = createWorld({ share: 6 });
    await world.add(documents(20));
    world.batch.isMarking = true;
    await world.add([{ name: 'retry', from: 'retrying' }]);
    await world.end('0');
    expect(world.running()).to.deep.equal(['1', '2', '3', '4', '5', '6']);
  });

  it('does not let a file that is still being read hold up those that are ready', async () => {
    const world = createWorld({ share: 6 });
    await world.add(documents(20));
    const [slow] = world.batch.queue;
    slow!.reading = { extracted: new Promise(() => undefined), startedAtMs: 0, endedAtMs: null };
    await world.end('0');
    await world.end('1');
    expect(world.running()).to.deep.equal(['2', '3', '4', '5', '7', '8']);
    expect(slow!.item.documentId).to.equal('6');
  });

  it('gives a free slot to a file that is still being read when no other is ready', async () => {
    const world = createWorld({ share: 6 });
    await world.add(documents(7));
    world.batch.queue[0]!.reading = {
      extracted: new Promise(() => undefined),
      startedAtMs: 0,
      endedAtMs: null,
    };
    await world.end('0');
    expect(world.running()).to.include('6');
  });
});

interface Described {
  name: string;
  crashCount?: number;
  from?: Task['from'];
}

function documents(count: number, crashCounts: readonly number[] = []): Described[] {
  return names(count).map((name, n) => ({ name, crashCount: crashCounts[n] ?? 0 }));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, n) => String(n));
}

/** A pool whose documents end when told, over one batch that may hold `share` slots. */
function createWorld({ share, capacity = 64 }: { share: number; capacity?: number }) {
  const marked: string[] = [];
  const readAhead: string[] = [];
  const takenBack: string[] = [];
  const running = new Map<string, () => void>();
  const commits = { uncommitted: 0 };
  let markings = 0;
  const batch = activeBatch(share, commits);
  const batches = new Map([[batch.batchId, batch]]);
  const pool = createSlotPool(batches, {
    capacity,
    isOpen: () => true,
    mark: (_batch, tasks) => {
      markings += 1;
      const ids = tasks.map(({ item }) => item.documentId);
      marked.push(...ids);
      return Promise.resolve(new Set(ids));
    },
    takeBackMarks: (of) => {
      for (const task of of.queue) {
        if (task.markedAtMs !== null) takenBack.push(task.item.documentId);
        task.markedAtMs = null;
      }
      return Promise.resolve();
    },
    readAhead: ({ item }) => readAhead.push(item.documentId),
    run: ({ item }) => new Promise((end) => running.set(item.documentId, end)),
  });
  return {
    ...{ batch, batches, commits, marked, takenBack, readAhead },
    running: () => [...running.keys()],
    markings: () => markings,
    add: async (described: readonly Described[], to = batch) => {
      enqueue(
        to,
        described.map((one, position) => taskOf(to, one, position)),
      );
      pool.pump();
      await settled();
    },
    addClosedBatch: (described: readonly Described[]): ActiveBatch => {
      const closed: ActiveBatch = { ...batch, batchId: 'closed', queue: [], inSlots: new Set() };
      closed.gate = { isClosed: () => true } as ActiveBatch['gate'];
      batches.set('closed', closed);
      enqueue(
        closed,
        described.map((one, position) => taskOf(closed, one, position)),
      );
      return closed;
    },
    takeProbe: (from: ActiveBatch) => {
      const task = pool.takeProbe(from);
      if (task !== undefined) from.inSlots.add(task);
      return task;
    },
    pump: () => {
      pool.pump();
      return settled();
    },
    end: async (name: string) => {
      const end = running.get(name);
      running.delete(name);
      end?.();
      await settled();
    },
  };
}

function activeBatch(share: number, commits: { uncommitted: number }): ActiveBatch {
  return {
    batchId: 'batch',
    view: {
      control: 'run',
      settings: { ...defaultSettings, parallel: share },
      totals: { total: 100, completed: 0, failed: 0 },
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
    window: createCallWindow(),
    lastServed: 0,
    isMarking: false,
  } as unknown as ActiveBatch;
}

function taskOf(
  batch: ActiveBatch,
  { name, crashCount = 0, from = 'processing' }: Described,
  position: number,
): Task {
  return {
    batch,
    from,
    item: { documentId: name, chunkNo: 1, priority: 3, position, crashCount },
    markedAtMs: null,
    isMarking: false,
    reading: null,
    settle: () => undefined,
    fail: () => undefined,
  } as unknown as Task;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
