import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { finishBatch } from '../../src/db/batch-ends.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { orderControl } from '../../src/db/orders.ts';
import { openBatches } from '../../src/db/reconcile.ts';
import { decideReviews, listReviews } from '../../src/db/reviews.ts';
import { skipDocuments } from '../../src/db/skip.ts';
import { cachedResults } from '../../src/db/texts.ts';
import { takeUnwritten } from '../../src/db/unwritten-outputs.ts';
import type { BatchSettings } from '../../src/domain/batch.ts';
import { claimed, commit, failure, newBatch, outcome } from '../support/batch-rows.ts';
import { expectCountersEqualItems } from '../support/counters.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('documents that wait for a person', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  const result = { summary: 'APPROVED', injection: { findings: [] } };
  const suspected = failure('permanent', 'injection_suspected', 'It gives orders');

  async function waiting(count: number, settings: Partial<BatchSettings> = {}) {
    const batchId = await newBatch(db, count, settings);
    const items = await claimed(db, batchId);
    await commit(
      db,
      batchId,
      items.map((item, nth) =>
        outcome(item, { state: 'review', failure: suspected, result, contentSha256: `${batchId}/${nth}` }),
      ),
    );
    return { batchId, ids: items.map(({ documentId }) => documentId) };
  }
  const decide = (verdict: 'accept' | 'reject', batchId: string, documentIds: string[] | null) =>
    decideReviews(db, { verdict, batchId, documentIds, actor: 'tester', reason: null });

  it('pause their batch when nothing else is open, and end it when they are decided', async () => {
    const { batchId, ids } = await waiting(3);
    expect(await finishBatch(db, batchId)).to.include({ finished: false, awaitsReview: true });
    expect(await batchSnapshot(db, batchId)).to.deep.include({ status: 'paused', reason: 'review' });
    expect(await listReviews(db, batchId)).to.have.length(3);
    await expectCountersEqualItems(db, batchId);

    expect((await decide('accept', batchId, [ids[0]!]))[0]).to.include({ decided: 1, left: 2 });
    expect((await decide('reject', batchId, null))[0]).to.include({ decided: 2, left: 0, goesOn: true });
    await expectCountersEqualItems(db, batchId);
    expect(await decide('accept', batchId, null)).to.deep.equal([]);
    expect(await batchSnapshot(db, batchId)).to.deep.include({ status: 'processing', reason: null });

    const ended = await finishBatch(db, batchId);
    expect(ended).to.deep.include({ finished: true, status: 'completed_with_failures' });
    expect((await batchSnapshot(db, batchId)).counts).to.include({ completed: 1, failed: 2, review: 0 });
  });

  it('are called by their name, and by their URI where several have it', async () => {
    const { batchId, ids } = await waiting(3);
    await db.query('UPDATE file_document SET name = $2 WHERE id = ANY($1)', [ids.slice(1), 'same.txt']);
    await db.query('UPDATE file_document SET name = $2 WHERE id = $1', [ids[0], 'one.txt']);
    const named = (await listReviews(db, batchId)).map(({ name, uri, shortName }) => [name, uri, shortName]);
    expect(named.filter(([name, , short]) => name === short)).to.have.length(1);
    expect(named.filter(([name, uri, short]) => name === 'same.txt' && uri === short)).to.have.length(2);
    await decide('reject', batchId, null);
  });

  it('let their batch go on when two people decide the last two at once', async () => {
    const { batchId, ids } = await waiting(2);
    await finishBatch(db, batchId);
    const decided = await Promise.all([
      decide('accept', batchId, [ids[0]!]),
      decide('reject', batchId, [ids[1]!]),
    ]);
    expect(decided.flat().filter(({ goesOn }) => goesOn)).to.have.length(1);
    expect(await finishBatch(db, batchId)).to.include({ finished: true });
  });

  it('let their batch go on when the last one is skipped, but not when a person has paused it', async () => {
    const skipped = await waiting(1);
    await finishBatch(db, skipped.batchId);
    const skip = { uriPattern: null, actor: 'tester', reason: null };
    await skipDocuments(db, { ...skip, documentIds: skipped.ids, batchId: skipped.batchId });
    expect(await finishBatch(db, skipped.batchId)).to.include({ finished: true, status: 'completed' });

    const paused = await waiting(1);
    await orderControl(db, {
      ...{ batchId: paused.batchId, control: 'pause', now: false, actor: 'tester', reason: null },
    });
    expect((await decide('accept', paused.batchId, null))[0]).to.include({ left: 0, goesOn: false });
    expect(await batchSnapshot(db, paused.batchId)).to.deep.include({ status: 'paused', reason: 'user' });
  });

  it('keep an accepted answer for equal content with who let it pass, and no rejected one', async () => {
    const { batchId, ids } = await waiting(2);
    await decide('accept', batchId, [ids[0]!]);
    await decide('reject', batchId, [ids[1]!]);
    const { rows } = await db.query<{ recipe: number; sha: string }>(
      `SELECT recipe_id AS recipe, content_sha256 AS sha FROM batch_items WHERE batch_id = $1`,
      [batchId],
    );
    const known = await cachedResults(
      db,
      rows[0]!.recipe,
      rows.map(({ sha }) => sha),
    );
    expect([...known.values()]).to.deep.equal([
      { ...result, injection: { findings: [], acceptedBy: 'tester' } },
    ]);
  });

  it('are not asked about again when a newer answer to equal content still waits', async () => {
    const sha = randomUUID();
    const held = async () => {
      const batchId = await newBatch(db, 1);
      const [item] = await claimed(db, batchId);
      const given = { state: 'review', failure: suspected, result, contentSha256: sha } as const;
      await commit(db, batchId, [outcome(item!, given)]);
      return batchId;
    };
    const first = await held();
    await decide('accept', first, null);
    await held();
    const { rows } = await db.query<{ recipe: number }>(
      'SELECT recipe_id AS recipe FROM processing_batches WHERE id = $1',
      [first],
    );
    const known = await cachedResults(db, rows[0]!.recipe, [sha]);
    expect(known.get(sha)).to.have.nested.property('injection.acceptedBy', 'tester');
  });

  it('get their file when they are decided, and not later than the batch ends', async () => {
    const { batchId, ids } = await waiting(2, { outDir: '/tmp/out' });
    await decide('accept', batchId, [ids[0]!]);
    await decide('reject', batchId, [ids[1]!]);
    expect(await finishBatch(db, batchId)).to.include({ finished: false, awaitsReview: false });
    const { outputs } = await takeUnwritten(db, batchId);
    expect(outputs.map(({ state }) => state)).to.have.members(['completed', 'failed']);
    expect(await finishBatch(db, batchId)).to.include({ finished: true });

    const without = await waiting(1);
    await decide('accept', without.batchId, null);
    expect(await takeUnwritten(db, without.batchId)).to.deep.equal({ taken: 0, outputs: [] });
  });

  it('are told of with what to type, and leave a scheduled run ended until they are decided', async () => {
    const { batchId } = await waiting(1, { notify: ['true'] });
    await db.query(`UPDATE processing_batches SET origin = 'schedule' WHERE id = $1`, [batchId]);
    for (let n = 0; n < 2; n++) await finishBatch(db, batchId);
    const { rows } = await db.query<{ next: string }>(
      `SELECT payload->>'next' AS next FROM notifications WHERE batch_id = $1 AND event = 'review'`,
      [batchId],
    );
    expect(rows).to.deep.equal([{ next: `docbatch review list ${batchId.slice(0, 8)}` }]);

    expect(await isCompared(batchId)).to.equal(false);
    await decide('accept', batchId, null);
    expect(await isCompared(batchId)).to.equal(true);
  });

  /** Whether its row would be compared with its workflow, once it is 10 s old. */
  async function isCompared(batchId: string): Promise<boolean> {
    await db.query(
      `UPDATE processing_batches SET status_changed_at = now() - interval '1 minute' WHERE id = $1`,
      [batchId],
    );
    return (await openBatches(db)).some(({ id }) => id === batchId);
  }
});
