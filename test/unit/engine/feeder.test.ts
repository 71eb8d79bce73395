import { expect } from 'chai';
import type { Fence } from '../../../src/db/claims.ts';
import type { ActiveBatch, Task } from '../../../src/engine/active-batch.ts';
import { createFeeder } from '../../../src/engine/feeder.ts';
import { until } from '../../support/until.ts';

describe('a feeder', () => {
  it('hands back what is put back while others of its documents still run', async () => {
    const handedBack: string[][] = [];
    const { feeder, tasks } = createFeeder(
      {
        batch: { queue: [] } as unknown as ActiveBatch,
        stopped: null,
        handBack: (fences: readonly Fence[]) => {
          handedBack.push(fences.map(({ documentId }) => documentId));
          return Promise.resolve();
        },
      },
      () => ['a', 'b', 'c'].map((documentId) => ({ item: { documentId, epoch: 1 }, reading: null }) as Task),
    );
    feeder.end(tasks[0]!, 'returned');
    feeder.end(tasks[1]!, 'returned');
    await until('two are handed back', () => handedBack.length === 1);
    expect(handedBack).to.deep.equal([['a', 'b']]);
    feeder.end(tasks[2]!, 'completed');
    expect((await feeder.result).ends).to.include({ returned: 2, completed: 1 });
  });
});
