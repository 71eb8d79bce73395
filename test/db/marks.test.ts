import { expect } from 'chai';
import { claimChunk, handBack } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { createMarks } from '../../src/engine/marks.ts';
import { claimed, commit, newBatch, outcome } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('after a crash of its worker', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  /** Documents that a worker holds, and how often they saw one die once the next has claimed them. */
  const held = async (count: number) => {
    const batchId = await newBatch(db, count);
    const items = await claimed(db, batchId);
    const crashes = async () => (await claimChunk(db, batchId, 1)).map(({ crashCount }) => crashCount);
    return { batchId, items, marks: createMarks(db, batchId), crashes };
  };

  it('is suspected what was in work, not what was back in the queue', async () => {
    const { items, marks, crashes } = await held(2);
    expect(await marks.takeBack(items[1]!)).to.equal(true);
    expect(await crashes()).to.deep.equal([1, 0]);
  });

  it('is not suspected what only waited, unless its wait had ended', async () => {
    const { items, marks, crashes } = await held(3);
    await Promise.all([marks.waits(items[1]!), marks.waits(items[2]!)]);
    expect(await marks.begins(items[2]!)).to.equal(true);
    expect(await crashes()).to.deep.equal([1, 0, 1]);
  });

  it('no wait of another worker changes anything for who has the documents by now', async () => {
    const { items, marks, crashes, batchId } = await held(2);
    await claimed(db, batchId);
    expect(await Promise.all(items.map(marks.waits))).to.deep.equal([false, false]);
    expect(await Promise.all(items.map(marks.begins))).to.deep.equal([false, false]);
    expect(await Promise.all(items.map(marks.takeBack))).to.deep.equal([false, false]);
    expect(await crashes()).to.deep.equal([2, 2]);
  });

  it('a document that waited can be finished, and handed back', async () => {
    const { batchId, items, marks, crashes } = await held(2);
    await Promise.all(items.map(marks.waits));
    expect((await commit(db, batchId, [outcome(items[0]!)])).written.size).to.equal(1);
    await handBack(db, batchId, [items[1]!]);
    expect(await crashes()).to.deep.equal([0]);
  });

  it('a commit of a worker that was taken for dead is no progress', async () => {
    const { batchId, items } = await held(1);
    await claimed(db, batchId);
    const progress = async () =>
      (await db.query('SELECT progressed_at FROM processing_batches WHERE id = $1', [batchId])).rows;
    const before = await progress();
    await commit(db, batchId, [outcome(items[0]!)]);
    expect(await progress()).to.deep.equal(before);
  });
});
