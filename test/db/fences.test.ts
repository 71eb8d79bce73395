import { expect } from 'chai';
import { cancelRemaining, finishBatch } from '../../src/db/batch-ends.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import { claimChunk, markStarted } from '../../src/db/claims.ts';
import type { Outcome } from '../../src/db/commit-outcomes.ts';
import type { Database } from '../../src/db/database.ts';
import { orderControl, recordStatus } from '../../src/db/orders.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import type { BatchStatus } from '../../src/domain/batch.ts';
import { claimed, commit, failed, failure, newBatch, outcome } from '../support/batch-rows.ts';
import { expectCountersEqualItems } from '../support/counters.ts';
import { withTestDatabase } from '../support/postgres.ts';

const ALL = { failureClass: null, failureCode: null, uriPattern: null };

describe('a batch under races', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  const traces = async (batchId: string) => {
    const { rows } = await db.query(
      `SELECT (SELECT jsonb_agg(to_jsonb(i) ORDER BY i.document_id) FROM batch_items i WHERE batch_id = $1) AS items,
              (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.document_id) FROM document_results r WHERE batch_id = $1) AS results,
              (SELECT COUNT(*)::int FROM processing_errors WHERE batch_id = $1) AS errors,
              (SELECT jsonb_build_object('done', processed_items, 'failed', failed_items, 'calls', calls)
               FROM processing_batches WHERE id = $1) AS counters`,
      [batchId],
    );
    return rows[0];
  };
  const retrying = (item: ClaimedItem) =>
    outcome(item, { state: 'retrying', nextAttemptMs: 0, failure: failure('transient', 'network') });

  it('counts every item once in a storm of commits, of which each comes twice', async () => {
    const batchId = await newBatch(db, 400, { batchSize: 20 });
    const fates = [outcome, failed, retrying, outcome, outcome];
    const groups: Outcome[][] = [];
    for (let chunkNo = 1; chunkNo <= 20; chunkNo++) {
      const items = await claimed(db, batchId, chunkNo);
      const outcomes = items.map((item, index) => fates[(index + chunkNo) % fates.length]!(item));
      groups.push(outcomes.slice(0, 7), outcomes.slice(7));
    }
    // The second half in the opposite order, so that groups meet from both sides.
    await Promise.all([...groups, ...groups.toReversed()].map((group) => commit(db, batchId, group)));
    const { counts } = await batchSnapshot(db, batchId);
    expect(counts).to.include({
      total: 400,
      completed: 240,
      failed: 80,
      retrying: 80,
      pending: 0,
      processing: 0,
    });
    await expectCountersEqualItems(db, batchId);
    const { rows } = await db.query('SELECT DISTINCT attempts FROM batch_items WHERE batch_id = $1', [
      batchId,
    ]);
    expect(rows).to.deep.equal([{ attempts: 1 }]);
  });

  it('takes nothing from a worker whose documents another has claimed, whatever it brings', async () => {
    const batchId = await newBatch(db, 6);
    const stale = await claimed(db, batchId);
    const current = await claimed(db, batchId);
    const before = await traces(batchId);
    const late = [outcome, failed, retrying, outcome, failed, retrying].map((fate, n) => fate(stale[n]!));
    expect((await commit(db, batchId, late)).written.size).to.equal(0);
    expect(await markStarted(db, batchId, stale)).to.deep.equal(new Set());
    expect(await traces(batchId)).to.deep.equal(before);
    await commit(
      db,
      batchId,
      current.map((item) => outcome(item)),
    );
    const finished = await traces(batchId);
    await commit(db, batchId, late);
    expect(await traces(batchId)).to.deep.equal(finished);
    await expectCountersEqualItems(db, batchId);
  });

  it('takes nothing from an earlier generation once the batch runs again', async () => {
    const batchId = await newBatch(db, 2);
    const zombie = await claimed(db, batchId);
    await orderControl(db, { batchId, control: 'cancel', now: true, actor: 'me', reason: null });
    await cancelRemaining(db, batchId);
    expect(
      (
        await commit(
          db,
          batchId,
          zombie.map((item) => outcome(item)),
        )
      ).written.size,
    ).to.equal(0);
    await reopenBatch(db, { batchId, actor: 'me', reason: null, retry: ALL, settings: {} });
    expect(
      (
        await commit(
          db,
          batchId,
          zombie.map((item) => failed(item)),
        )
      ).written.size,
    ).to.equal(0);
    const current = await claimChunk(db, batchId, 2);
    await commit(
      db,
      batchId,
      current.map((item) => outcome(item, { result: 'new' })),
    );
    await commit(
      db,
      batchId,
      zombie.map((item) => outcome(item, { result: 'old' })),
    );
    expect(await finishBatch(db, batchId)).to.deep.include({ status: 'completed' });
    const { rows } = await db.query('SELECT DISTINCT result FROM document_results WHERE batch_id = $1', [
      batchId,
    ]);
    expect(rows).to.deep.equal([{ result: 'new' }]);
    await expectCountersEqualItems(db, batchId);
  });

  describe('that is reopened', () => {
    /** One document done, one failed, one open unless the status leaves none. */
    const inStatus = async (status: BatchStatus): Promise<string> => {
      const batchId = await newBatch(db, 3);
      const [good, bad, open] = await claimed(db, batchId);
      await commit(db, batchId, [outcome(good!), failed(bad!)]);
      if (status === 'completed_with_failures') {
        await commit(db, batchId, [outcome(open!)]);
        await finishBatch(db, batchId);
      } else if (status === 'cancelled') {
        await orderControl(db, { batchId, control: 'cancel', now: false, actor: 'me', reason: null });
        await cancelRemaining(db, batchId);
      } else if (status === 'terminated') {
        await db.query(`UPDATE processing_batches SET status = 'terminated' WHERE id = $1`, [batchId]);
      } else {
        const change = { batchId, reason: null, detail: null, controlSeq: 0 } as const;
        if (status !== 'pending') await recordStatus(db, { ...change, status: status as 'halted' });
      }
      return batchId;
    };

    for (const [status, isClosed, pending] of [
      ['completed_with_failures', true, 1],
      ['cancelled', true, 2],
      ['terminated', true, 2],
      ['halted', false, 2],
      ['paused', false, 2],
      ['processing', false, 1],
    ] as const) {
      it(`by retry, from ${status}, has its failed documents to do again and keeps the others`, async () => {
        const batchId = await inStatus(status);
        const before = await batchSnapshot(db, batchId);
        expect(before.status).to.equal(status);
        await reopenBatch(db, { batchId, actor: 'me', reason: null, retry: ALL, settings: {} });
        const after = await batchSnapshot(db, batchId);
        expect(after.status).to.equal('processing');
        expect(after.counts).to.include({
          completed: before.counts.completed,
          failed: 0,
          cancelled: 0,
          pending,
        });
        await expectCountersEqualItems(db, batchId);
        const { rows } = await db.query<{ control: string; generation: number }>(
          'SELECT control, generation FROM processing_batches WHERE id = $1',
          [batchId],
        );
        expect(rows).to.deep.equal([{ control: 'run', generation: isClosed ? 1 : 0 }]);
      });
    }

    it('by resume, leaves what failed as it is', async () => {
      for (const status of ['halted', 'paused', 'terminated'] as const) {
        const batchId = await inStatus(status);
        await reopenBatch(db, { batchId, actor: 'me', reason: null, retry: null, settings: {} });
        const { status: now, counts } = await batchSnapshot(db, batchId);
        expect([now, counts.completed, counts.failed, counts.pending]).to.deep.equal(['processing', 1, 1, 1]);
      }
    });
  });
});
