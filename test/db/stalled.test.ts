import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { reconcile } from '../../src/client/reconcile.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { closeGate } from '../../src/db/gates.ts';
import { claimNotification, settleNotification } from '../../src/db/notifications.ts';
import { orderControl, recordStatus } from '../../src/db/orders.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { batchWorkflowId } from '../../src/domain/ids.ts';
import { claimed, commit, failure, newBatch, outcome } from '../support/batch-rows.ts';
import { fakeClient } from '../support/fake-client.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('a batch in which nothing moves', () => {
  let db: Database;
  withTestDatabase((made) => (db = made), 'test');

  const running = async (batchId: string, attempt?: number) => {
    const state = { status: 'RUNNING', ...(attempt === undefined ? {} : { attempt }) };
    await reconcile(db, fakeClient({ [batchWorkflowId(batchId)]: state }).client);
    return batchSnapshot(db, batchId);
  };
  const processing = async (settings: object = {}) => {
    const batchId = await newBatch(db, 2, { notify: ['true'], ...settings });
    await recordStatus(db, { batchId, status: 'processing', reason: null, detail: null, controlSeq: 0 });
    return batchId;
  };
  /** As if all this had happened `minutes` earlier. */
  const ago = (batchId: string, minutes: number) =>
    db.query(
      `UPDATE processing_batches SET status_changed_at = status_changed_at - $2 * interval '1 minute',
         active_since = active_since - $2 * interval '1 minute', progressed_at = progressed_at - $2 * interval '1 minute' WHERE id = $1`,
      [batchId, minutes],
    );
  const liveWorker = () =>
    registerWorker(db, { id: randomUUID(), host: randomUUID(), pid: 1, slots: 1, version: '0' }, () => true);
  const told = async () => {
    const notification = await claimNotification(db, randomUUID());
    if (notification === null) return null;
    await settleNotification(db, notification.id, null);
    return notification.payload;
  };

  it('is stalled when no worker is alive, and no longer when one is', async () => {
    const batchId = await processing();
    await ago(batchId, 1);
    const { stalled, stalledReason } = await running(batchId);
    expect([stalled, stalledReason]).to.deep.equal([
      true,
      'no worker is alive; start one with `docbatch up` or `docbatch worker`',
    ]);
    await liveWorker();
    expect(await running(batchId)).to.include({ stalled: false, stalledReason: null });
  });

  it('is stalled when nothing was finished for longer than a document may take', async () => {
    await liveWorker();
    const batchId = await processing({ timeoutMs: 60_000 });
    await ago(batchId, 2.9);
    expect((await running(batchId)).stalled).to.equal(false);
    await ago(batchId, 0.2);
    expect((await running(batchId)).stalledReason).to.match(/^no document was finished for 3 minutes/);
    const [item] = await claimed(db, batchId);
    await commit(db, batchId, [outcome(item!, { result: 1 })]);
    expect((await running(batchId)).stalled).to.equal(false);
  });

  it('is stalled when its workflow fails in the worker again and again, also when paused', async () => {
    await liveWorker();
    const batchId = await processing();
    await orderControl(db, { batchId, control: 'pause', now: false, actor: 'me', reason: null });
    await ago(batchId, 1);
    expect((await running(batchId, 2)).stalled).to.equal(false);
    expect((await running(batchId, 3)).stalledReason).to.match(/^its workflow fails in the worker, 2 times/);
    expect((await running(batchId)).stalled).to.equal(false);
  });

  it('is told to --notify and audited once each time it stalls', async () => {
    const batchId = await processing();
    await ago(batchId, 1);
    for (let round = 0; round < 3; round++) await running(batchId);
    expect(await told()).to.include({ event: 'stalled', reason: 'stalled', batch: batchId });
    expect(await told()).to.equal(null);
    await running(batchId, 1);
    await db.query('UPDATE processing_batches SET progressed_at = now() WHERE id = $1', [batchId]);
    await running(batchId);
    await ago(batchId, 1);
    await running(batchId);
    expect(await told()).to.include({ event: 'stalled' });
    const { rowCount } = await db.query(
      `SELECT FROM batch_events WHERE batch_id = $1 AND event = 'stalled'`,
      [batchId],
    );
    expect(rowCount).to.equal(2);
  });

  it('is not stalled while it waits for a retry, a closed gate, or a batch of higher priority', async () => {
    await liveWorker();
    const waiting = await processing({ timeoutMs: 1_000 });
    const [item] = await claimed(db, waiting);
    const again = {
      state: 'retrying',
      nextAttemptMs: 3_600_000,
      failure: failure('transient', 'network'),
    } as const;
    await commit(db, waiting, [outcome(item!, again)]);
    await ago(waiting, 30);
    expect((await running(waiting)).stalled).to.equal(false);

    const behind = await processing({ timeoutMs: 1_000, priority: 5 });
    const first = await processing({ priority: 1 });
    const [ahead] = await claimed(db, first);
    await commit(db, first, [outcome(ahead!, { result: 1 })]);
    await ago(behind, 30);
    expect((await running(behind)).stalled).to.equal(false);

    const gated = await processing({ timeoutMs: 1_000, priority: 1 });
    await closeGate(db, 'p', 'down');
    await ago(gated, 30);
    expect((await running(gated)).stalled).to.equal(false);
    // Its batch was cancelled, so that nobody probes it any more.
    await db.query(`UPDATE provider_gate SET closed_until = now() - interval '2 minutes'`);
    expect((await running(gated)).stalled).to.equal(true);
    await db.query('DELETE FROM provider_gate');
  });

  it('is not stalled any more as soon as its status changes', async () => {
    const batchId = await processing();
    await ago(batchId, 1);
    expect((await running(batchId)).stalled).to.equal(true);
    await orderControl(db, { batchId, control: 'pause', now: false, actor: 'me', reason: null });
    expect(await batchSnapshot(db, batchId)).to.include({ stalled: false, stalledReason: null });
  });
});
