import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { cancelRemaining, cancelTerminated, finishBatch } from '../../src/db/batch-ends.ts';
import { readEvents } from '../../src/db/batch-events.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { changeSettings } from '../../src/db/change-settings.ts';
import { claimChunk, putBackLost, type ClaimedItem } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { pauseInterrupted } from '../../src/db/interrupted.ts';
import { orderControl, readOrders, recordStatus } from '../../src/db/orders.ts';
import { planPage } from '../../src/db/planning.ts';
import { claimOpenBatches, markTerminated, openBatches } from '../../src/db/reconcile.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import { registerWorker } from '../../src/db/workers.ts';
import type { BatchSettings, Control } from '../../src/domain/batch.ts';
import type { ActiveBatch } from '../../src/engine/active-batch.ts';
import { createShares } from '../../src/engine/shares.ts';
import { claimed, commit, failed, newBatch, outcome, unplannedBatch } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('orders, budgets and reopening', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  const order = (batchId: string, control: Control, reason: string | null = null) =>
    orderControl(db, { batchId, control, now: false, actor: 'me', reason });
  const retryAll = { failureClass: null, failureCode: null, uriPattern: null };
  const reopen = (
    batchId: string,
    settings: Partial<BatchSettings> = {},
    retry: typeof retryAll | null = retryAll,
  ) => reopenBatch(db, { batchId, actor: 'me', reason: null, retry, settings });
  const agedBatches = async (batchId: string) => {
    await db.query(
      `UPDATE processing_batches SET status_changed_at = now() - interval '1 minute' WHERE id = $1`,
      [batchId],
    );
    return (await openBatches(db)).find(({ id }) => id === batchId)!;
  };

  it('keeps what commits while failed documents join the batch that still runs', async () => {
    const batchId = await newBatch(db, 3);
    const [first, second, third] = (await claimed(db, batchId)) as [ClaimedItem, ClaimedItem, ClaimedItem];
    await commit(db, batchId, [failed(first)]);
    expect(await reopen(batchId)).to.deep.equal({ reopened: 1 });
    const { written } = await commit(db, batchId, [outcome(second), outcome(third)]);
    expect(written.size).to.equal(2);
    const { lastChunkNo, firstOpenChunk } = await readOrders(db, batchId);
    expect([firstOpenChunk, lastChunkNo]).to.deep.equal([2, 2]);
  });

  it('gives settings for documents to the retried items alone', async () => {
    const batchId = await newBatch(db, 2);
    const items = await claimed(db, batchId);
    await commit(db, batchId, [failed(items[0]!), outcome(items[1]!)]);
    await finishBatch(db, batchId);
    await reopen(batchId, { timeoutMs: 5, parallel: 9 });
    expect((await batchSnapshot(db, batchId)).settings).to.include({ timeoutMs: 600_000, parallel: 9 });
    expect((await claimChunk(db, batchId, 2))[0]?.settings).to.deep.equal({ timeoutMs: 5 });
  });

  it('takes the answer of a worker that was taken for dead, until another claims the document', async () => {
    const batchId = await newBatch(db, 2);
    const [lost, taken] = (await claimed(db, batchId)) as [ClaimedItem, ClaimedItem];
    await putBackLost(db, [batchId]);
    expect((await commit(db, batchId, [outcome(lost)])).written.size).to.equal(1);
    const [again] = await claimChunk(db, batchId, 1);
    expect(again).to.include({ documentId: taken.documentId, crashCount: 1 });
    expect((await commit(db, batchId, [outcome(taken)])).written.size).to.equal(0);
    const critical = { failureClass: 'critical' as const, code: 'x', stage: 's', message: 'm', context: {} };
    const back = outcome(again!, { state: 'pending', failure: critical, calls: 1 });
    await commit(db, batchId, [back]);
    expect((await commit(db, batchId, [back])).written.size, 'repeated').to.equal(0);
  });

  it('halts when planning ends with too many failures, and when the limit is lowered', async () => {
    const percent = await unplannedBatch(db, 3, { maxFailures: { percent: 10 } });
    await planPage(db, percent);
    await db.query('UPDATE processing_batches SET planned_at = NULL WHERE id = $1', [percent]);
    const [bad] = await claimed(db, percent);
    expect((await commit(db, percent, [failed(bad!)])).control).to.equal('run');
    await planPage(db, percent);
    const { control, statusReason } = await readOrders(db, percent);
    expect([control, statusReason]).to.deep.equal(['halt', 'failure_budget']);

    const count = await newBatch(db, 3, { maxFailures: { count: 2 } });
    const [worse] = await claimed(db, count);
    await commit(db, count, [failed(worse!)]);
    const lower = { batchId: count, actor: 'me', changes: { maxFailures: { count: 0 } } };
    expect(await changeSettings(db, lower)).to.equal(true);
    expect((await batchSnapshot(db, count)).detail).to.equal(
      '1 of 3 documents failed; --max-failures allows 0',
    );
    await reopen(count, {}, null);
    expect((await readOrders(db, count)).control, 'resume goes on').to.equal('run');
  });

  it('gives back what nobody works on when a batch stands still', async () => {
    const batchId = await newBatch(db, 2);
    await claimed(db, batchId);
    await order(batchId, 'pause', 'lunch');
    const { controlSeq } = await readOrders(db, batchId);
    await recordStatus(db, { batchId, status: 'paused', reason: null, detail: null, controlSeq });
    const { counts, reason, detail } = await batchSnapshot(db, batchId);
    expect([counts.pending, reason, detail]).to.deep.equal([2, 'user', 'lunch']);
    expect((await readEvents(db, batchId)).at(-1)).to.include({
      event: 'paused',
      actor: 'me',
      reason: 'lunch',
    });
  });

  it('acknowledges an order by reading it', async () => {
    const batchId = await newBatch(db, 1);
    await order(batchId, 'pause');
    expect((await agedBatches(batchId)).isUnheard).to.equal(true);
    await readOrders(db, batchId);
    expect((await agedBatches(batchId)).isUnheard).to.equal(false);
  });

  it('keeps a cancel and a halt over the death of the stack, and pauses what ran', async () => {
    const [cancelled, halted, ran] = [await newBatch(db, 1), await newBatch(db, 1), await newBatch(db, 1)];
    await order(cancelled, 'cancel');
    await db.query(
      `UPDATE processing_batches SET control = 'halt', status_reason = 'failure_budget', status_detail = 'x' WHERE id = $1`,
      [halted],
    );
    await claimed(db, ran);
    expect((await pauseInterrupted(db)).map(({ id }) => id))
      .to.include(ran)
      .and.not.include.members([cancelled, halted]);
    expect((await readOrders(db, cancelled)).control).to.equal('cancel');
    expect(await batchSnapshot(db, halted)).to.include({ status: 'halted', reason: 'failure_budget' });
    expect((await batchSnapshot(db, ran)).counts).to.include({ pending: 1, processing: 0 });
  });

  it('neither cancels what was reopened, nor reopens what is being cancelled', async () => {
    const batchId = await newBatch(db, 2);
    await order(batchId, 'cancel');
    expect(await reopen(batchId)).to.deep.equal({ reopened: 0 });
    await cancelRemaining(db, batchId);
    expect(await reopen(batchId)).to.deep.equal({ reopened: 2 });
    expect(await cancelRemaining(db, batchId)).to.equal(null);
  });

  it('does not mark terminated what was resumed meanwhile, and cancels what has no workflow', async () => {
    const batchId = await newBatch(db, 1);
    const seen = await agedBatches(batchId);
    await reopen(batchId, {}, null);
    await markTerminated(db, seen, 'gone');
    expect((await batchSnapshot(db, batchId)).status).to.equal('processing');
    await markTerminated(db, await agedBatches(batchId), 'gone');
    const events = await readEvents(db, batchId);
    expect(events.at(-1)).to.include({ event: 'terminated', reason: 'gone' });
    expect(await cancelTerminated(db, { batchId, actor: 'me', reason: 'done with it' })).to.equal(true);
    const { status, detail, counts } = await batchSnapshot(db, batchId);
    expect([status, detail, counts.cancelled]).to.deep.equal(['cancelled', 'done with it', 1]);
  });

  it('gives each open batch to one worker that looks', async () => {
    const batchId = await newBatch(db, 1);
    await agedBatches(batchId);
    const mine = (looks: { id: string }[]) => looks.filter(({ id }) => id === batchId).length;
    const looks = await Promise.all([claimOpenBatches(db), claimOpenBatches(db)]);
    expect(looks.map(mine).sort()).to.deep.equal([0, 1]);
  });

  it('never has more in force over two workers than the batch allows', async () => {
    const batchId = await newBatch(db, 1, { parallel: 50 });
    const ids = [randomUUID(), randomUUID()];
    const batches = ids.map(() => ({ batchId, share: 0, inSlots: new Set() }) as unknown as ActiveBatch);
    for (const id of ids)
      await registerWorker(db, { id, host: id, pid: 1, slots: 64, version: '0' }, () => true);
    const shares = ids.map((id) => createShares(db, id));
    const [a, b] = batches as [ActiveBatch, ActiveBatch];
    await shares[0]!.renew(() => [a]);
    expect(a.share).to.equal(50);
    for (let round = 0; round < 20; round++) {
      await Promise.all(shares.map((share, index) => share.renew(() => [batches[index]!])));
      expect(a.share + b.share).to.be.at.most(50);
    }
    expect([a.share, b.share]).to.deep.equal([25, 25]);
    await shares[0]!.release(batchId);
    await shares[1]!.renew(() => [b]);
    expect(b.share).to.equal(50);
  });
});
