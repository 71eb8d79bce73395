import { expect } from 'chai';
import type { ActiveBatch, Task } from '../../../src/engine/active-batch.ts';
import { enqueue } from '../../../src/engine/active-batch.ts';
import { createSlotPool } from '../../../src/engine/slot-pool.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';

describe('the slot pool', () => {
  it('marks and reads the next third of a share before its slots come', async () => {
    const world = create({ share: 6 });
    enqueue(world.batch, world.tasks(20));
    world.pool.pump();
    await settled();
    expect(world.running).to.have.length(6);
    expect(world.readAhead).to.deep.equal(Array.from({ length: 8 }, (_, n) => `d${n}`));
  });

  it('refills by half a reserve at once, not by one', async () => {
    const world = create({ share: 12 });
    enqueue(world.batch, world.tasks(40));
    world.pool.pump();
    await settled();
    const before = world.marks;
    for (let ended = 0; ended < 4; ended++) {
      world.running.shift()!.end();
      await settled();
    }
    expect(world.running).to.have.length(12);
    expect(world.marks - before).to.be.at.most(2);
  });

  it('does not read ahead what saw two workers die', async () => {
    const world = create({ share: 2 });
    enqueue(world.batch, world.tasks(1, { crashCount: 2 }));
    world.pool.pump();
    await settled();
    expect(world.running).to.have.length(1);
    expect(world.readAhead).to.deep.equal([]);
  });

  it('marks nothing of a batch that waits behind another', async () => {
    const world = create({ share: 4, capacity: 4 });
    const behind: ActiveBatch = { ...world.batch, batchId: 'behind', queue: [], inSlots: new Set() };
    world.batches.set('behind', behind);
    enqueue(world.batch, world.tasks(20));
    world.pool.pump();
    await settled();
    enqueue(behind, world.tasks(5, {}, behind));
    world.pool.pump();
    await settled();
    expect(behind.queue.map((task) => task.markedAtMs)).to.deep.equal([null, null, null, null, null]);
  });

  it('does not let a retry that has just come hold up what is ready', async () => {
    const world = create({ share: 6 });
    enqueue(world.batch, world.tasks(20));
    world.pool.pump();
    await settled();
    const [retry] = world.tasks(1, {}, world.batch, 'retrying') as [Task];
    world.batch.isMarking = true;
    enqueue(world.batch, [retry]);
    world.running.shift()!.end();
    await settled();
    expect(world.running).to.have.length(6);
    expect(world.batch.queue).to.include(retry);
  });
});

function create({ share, capacity = 64 }: { share: number; capacity?: number }) {
  const running: { task: Task; end: () => void }[] = [];
  const readAhead: string[] = [];
  const batch = activeBatch(share);
  const batches = new Map([[batch.batchId, batch]]);
  const world = {
    batch,
    batches,
    running,
    readAhead,
    marks: 0,
    tasks: (count: number, item: object = {}, of = batch, from: Task['from'] = 'processing') =>
      Array.from({ length: count }, (_, n) => task(of, n, item, from)),
    pool: createSlotPool(batches, {
      capacity,
      isOpen: () => true,
      mark: (_batch, tasks) => {
        world.marks += 1;
        return Promise.resolve(new Set(tasks.map(({ item }) => item.documentId)));
      },
      readAhead: ({ item }) => readAhead.push(item.documentId),
      run: (started) => new Promise((end) => running.push({ task: started, end })),
    }),
  };
  return world;
}

function activeBatch(share: number): ActiveBatch {
  return {
    batchId: 'batch',
    view: {
      control: 'run',
      settings: { ...defaultSettings, parallel: share },
      totals: { total: 100, completed: 0, failed: 0 },
      planned: true,
    },
    gate: { isClosed: () => false },
    committer: { count: () => 0, failures: () => 0, oldestAgeMs: () => 0 },
    queue: [],
    inSlots: new Set(),
    share,
    lastServed: 0,
    isMarking: false,
  } as unknown as ActiveBatch;
}

function task(batch: ActiveBatch, position: number, item: object, from: Task['from']): Task {
  return {
    batch,
    from,
    item: { documentId: `d${position}`, chunkNo: 1, priority: 3, position, crashCount: 0, epoch: 1, ...item },
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
