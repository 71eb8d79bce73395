import { expect } from 'chai';
import type { Outcome } from '../../../src/db/commit-outcomes.ts';
import { createCommitter } from '../../../src/engine/committer.ts';

describe('the committer', () => {
  it('writes what comes within some milliseconds in one group', async () => {
    const world = createWorld();
    await Promise.all([world.add('a'), world.add('b'), world.add('c')]);
    expect(world.groups).to.deep.equal([['a', 'b', 'c']]);
  });

  it('writes what is urgent at once, with all that waits', async () => {
    const world = createWorld();
    void world.add('a');
    world.isUrgent = true;
    void world.add('b');
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.groups).to.deep.equal([['a', 'b']]);
  });

  it('writes what became urgent during a commit right after it', async () => {
    const world = createWorld();
    world.isUrgent = true;
    const first = world.add('a');
    const last = world.add('b');
    await first;
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.groups).to.deep.equal([['a'], ['b']]);
    await last;
  });
});

function createWorld() {
  const groups: string[][] = [];
  const world = { groups, isUrgent: false, add };
  const committer = createCommitter({
    commit: (outcomes) => {
      const ids = outcomes.map(({ documentId }) => documentId);
      groups.push(ids);
      const totals = { total: 9, completed: 0, failed: 0 };
      return Promise.resolve({ written: new Set(ids), totals } as never);
    },
    beforeCommit: () => Promise.resolve(null),
    onCommitted: () => undefined,
    isUrgent: () => world.isUrgent,
  });
  function add(documentId: string): Promise<boolean> {
    const outcome = { documentId, state: 'completed', failure: null, nextAttemptMs: null } as Outcome;
    return new Promise((settle, fail) => committer.add({ uri: documentId, outcome, settle, fail }));
  }
  return world;
}
