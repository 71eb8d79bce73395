import { expect } from 'chai';
import type { Outcome } from '../../../src/db/commit-outcomes.ts';
import { createCommitter, groupLength } from '../../../src/engine/committer.ts';

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

  it('parts a group whose questions are large', async () => {
    const world = createWorld();
    const body = 'x'.repeat(14_000_000);
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(ids.map((id) => world.add(id, [{ key: id, body, worstNanoUsd: 1 }])));
    expect(world.groups).to.deep.equal([['a', 'b'], ['c', 'd'], ['e']]);
  });

  it('leaves a document whose questions alone are too large in a group of its own', () => {
    const large = [{ key: 'k', body: 'x'.repeat(40_000_000), worstNanoUsd: 1 }];
    expect(groupLength([{ requests: large } as never, { requests: [] } as never])).to.equal(1);
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
  function add(documentId: string, requests: Outcome['requests'] = []): Promise<boolean> {
    const base = { documentId, state: 'completed', failure: null, nextAttemptMs: null };
    const outcome = { ...base, requests } as Outcome;
    return new Promise((settle, fail) => committer.add({ uri: documentId, outcome, settle, fail }));
  }
  return world;
}
