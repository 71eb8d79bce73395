import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { cancelRemaining, finishBatch } from '../../src/db/batch-ends.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { listCandidates, selectCandidates } from '../../src/db/candidates.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import { claimChunk, claimRetry, handBack, markStarted } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { claimProbe, closeGate, endProbe, readClosedGates } from '../../src/db/gates.ts';
import { countMembers } from '../../src/db/members.ts';
import { claimNotification, settleNotification } from '../../src/db/notifications.ts';
import { orderControl, readOrders, recordStatus } from '../../src/db/orders.ts';
import { recordedAnswers } from '../../src/db/provider-requests.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import { markTerminated, openBatches } from '../../src/db/reconcile.ts';
import { reserveBudget } from '../../src/db/budget.ts';
import { keepAnswers } from '../../src/db/keep-answers.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import { countRetryable, reopenBatch } from '../../src/db/reopen.ts';
import { takeRetries } from '../../src/db/retries.ts';
import {
  beat,
  grantShares,
  notePeakRss,
  readBatchViews,
  registerWorker,
  removeWorker,
} from '../../src/db/workers.ts';
import { claimed, commit, failure, newBatch, outcome, recipe } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('the statements of the engine', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  it('leaves counters that equal a count over the items, whatever the outcomes', async () => {
    const batchId = await newBatch(db, 6);
    const items = await claimed(db, batchId);
    const [good, bad, again, back, zombie] = items as [
      ClaimedItem,
      ClaimedItem,
      ClaimedItem,
      ClaimedItem,
      ClaimedItem,
    ];
    const result = await commit(db, batchId, [
      outcome(good, { state: 'completed', result: { summary: 'a \0 b \ud800' } }),
      outcome(bad, { state: 'failed', failure: failure('permanent', 'corrupt') }),
      outcome(again, { state: 'retrying', nextAttemptMs: 10, failure: failure('transient', 'network') }),
      outcome(back, { state: 'pending', failure: failure('critical', 'source_gone') }),
      outcome({ ...zombie, epoch: zombie.epoch - 1 }, { state: 'completed', result: 1 }),
    ]);
    expect([...result.written]).to.have.members([good, bad, again, back].map((item) => item.documentId));
    expect(result.control).to.equal('halt');
    const { counts } = await batchSnapshot(db, batchId);
    expect(counts).to.include({ total: 6, completed: 1, failed: 1, retrying: 1, pending: 1, processing: 2 });
    expect((await readOrders(db, batchId)).totals).to.deep.equal({ total: 6, completed: 1, failed: 1 });
  });

  it('is not halted once more by what was asked before it was resumed', async () => {
    const batchId = await newBatch(db, 2);
    const [stale, fresh] = (await claimed(db, batchId)) as [ClaimedItem, ClaimedItem];
    const { controlSeq: before } = await readOrders(db, batchId);
    await db.query(
      `UPDATE processing_batches SET control = 'halt', control_seq = control_seq + 1 WHERE id = $1`,
      [batchId],
    );
    await reopenBatch(db, { ...{ batchId, actor: 'test', reason: null, retry: null }, settings: {} });
    const { controlSeq } = await readOrders(db, batchId);
    const refused = { state: 'pending', failure: failure('critical', 'credit_exhausted') } as const;
    expect(await commit(db, batchId, [outcome(stale, { ...refused, controlSeq: before })])).to.include({
      ...{ control: 'run', controlSeq },
    });
    const halted = await commit(db, batchId, [outcome(fresh, { ...refused, controlSeq })]);
    expect(halted.control).to.equal('halt');
  });

  it('keeps what was answered before a try failed, until the document is done', async () => {
    const batchId = await newBatch(db, 1);
    const [first] = (await claimed(db, batchId)) as [ClaimedItem];
    const answer = { type: 'succeeded', message: { id: 'm' }, requestId: 'req_1' } as const;
    const kept = [{ key: 'k', answer }];
    const failing = { failure: failure('transient', 'network'), result: undefined, kept };
    await commit(db, batchId, [outcome(first, { ...failing, state: 'retrying', nextAttemptMs: 0 })]);
    const known = async () => (await recordedAnswers(db, batchId, [first.documentId])).get(first.documentId);
    expect((await known())?.get('k')).to.deep.include(answer);
    const again = (await claimRetry(db, batchId, first.documentId))!;
    await markStarted(db, batchId, [again]);
    await commit(db, batchId, [outcome(again, { from: 'retrying', kept })]);
    expect(await known()).to.equal(undefined);
  });

  it('stores what was answered before the next call is made, and counts its cost once', async () => {
    const batchId = await newBatch(db, 1);
    const [first] = (await claimed(db, batchId)) as [ClaimedItem];
    await markStarted(db, batchId, [first]);
    const { documentId, epoch } = first;
    await reserveBudget(db, { batchId, documentId, epoch, workerId: randomUUID(), amountNanoUsd: 1_000 });
    const answer = { type: 'succeeded', message: { id: 'm' }, requestId: 'req_1' } as const;
    const tokens = { inputTokens: 5, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 };
    const call = { mode: 'online', model: 'm', requestId: 'req_1', ...tokens, costNanoUsd: 300 } as const;
    const paid = [{ id: randomUUID(), ...call }];
    const answered = { batchId, documentId, epoch, paid, kept: [{ key: 'k', answer }] };
    expect(await keepAnswers(db, answered)).to.equal(true);
    expect(await keepAnswers(db, answered)).to.equal(true);
    const money = async () => (await batchSnapshot(db, batchId)).money;
    expect(await money()).to.include({ spentNanoUsd: 300, reservedNanoUsd: 700 });
    await db.query(`UPDATE batch_items SET epoch = epoch + 1 WHERE batch_id = $1`, [batchId]);
    const late = { ...answered, paid: [{ id: randomUUID(), ...call }], kept: [{ key: 'late', answer }] };
    expect(await keepAnswers(db, late)).to.equal(false);
    const known = (await recordedAnswers(db, batchId, [documentId])).get(documentId);
    expect([...known!.keys()]).to.deep.equal(['k']);
    expect(await money()).to.include({ spentNanoUsd: 600 });
  });

  it('counts a commit once that is repeated because its answer was lost', async () => {
    const batchId = await newBatch(db, 2);
    const [first, second] = (await claimed(db, batchId)) as [ClaimedItem, ClaimedItem];
    const group = [
      outcome(first, { state: 'completed', result: 1 }),
      outcome(second, { state: 'retrying', nextAttemptMs: 0, failure: failure('transient', 'network') }),
    ];
    await commit(db, batchId, group);
    await commit(db, batchId, group);
    expect((await readOrders(db, batchId)).totals.completed).to.equal(1);
    const { rows } = await db.query('SELECT attempts FROM batch_items WHERE batch_id = $1', [batchId]);
    expect(rows.map((row) => row.attempts)).to.deep.equal([1, 1]);
    const errors = await db.query('SELECT FROM processing_errors WHERE batch_id = $1', [batchId]);
    expect(errors.rowCount).to.equal(1);
  });

  it('takes retries a second before they are due, and tells how long to wait until then', async () => {
    const batchId = await newBatch(db, 3);
    const items = await claimed(db, batchId);
    const waits = [0, 700, 60_000];
    await commit(
      db,
      batchId,
      items.map((item, n) =>
        outcome(item, {
          state: 'retrying',
          nextAttemptMs: waits[n]!,
          failure: failure('transient', 'network'),
        }),
      ),
    );
    const request = { batchId, token: 'run:0', callNo: 1 };
    const taken = await takeRetries(db, request);
    expect(taken.map(({ documentId }) => documentId)).to.deep.equal(
      items.map(({ documentId }) => documentId),
    );
    expect(taken.map(({ dueMs }) => dueMs).slice(0, 2)).to.deep.equal([0, 0]);
    expect(taken[2]!.dueMs).to.be.within(58_000, 59_000);
    const dues = [];
    for (const { documentId } of items) dues.push((await claimRetry(db, batchId, documentId))!.dueMs);
    expect(dues[0]).to.equal(0);
    expect(dues[1]).to.be.within(1, 700);
    expect(dues[2]).to.be.within(59_000, 60_000);
  });

  it('takes retries again under the same call, and runs each to its end', async () => {
    const batchId = await newBatch(db, 1);
    const [item] = (await claimed(db, batchId)) as [ClaimedItem];
    await commit(db, batchId, [
      outcome(item, { state: 'retrying', nextAttemptMs: 0, failure: failure('transient', 'network') }),
    ]);
    const request = { batchId, token: 'run:0', callNo: 1 };
    const tickets = await takeRetries(db, request);
    expect(tickets).to.have.length(1);
    expect((await takeRetries(db, request)).map((ticket) => ticket.documentId)).to.deep.equal([
      item.documentId,
    ]);
    expect(await takeRetries(db, { ...request, callNo: 2 })).to.deep.equal([]);
    const retried = await claimRetry(db, batchId, item.documentId);
    await markStarted(db, batchId, [retried!]);
    await commit(db, batchId, [
      outcome(retried!, { state: 'completed', result: 1, from: 'retrying', isRetry: true }),
    ]);
    const end = await finishBatch(db, batchId);
    expect(end).to.include({ finished: true, status: 'completed' });
  });

  it('does not finish a batch with open items, and hands back what was claimed', async () => {
    const batchId = await newBatch(db, 3);
    const items = await claimChunk(db, batchId, 1);
    expect(await finishBatch(db, batchId)).to.deep.include({ finished: false, openChunks: [1] });
    await handBack(db, batchId, items);
    expect((await batchSnapshot(db, batchId)).counts.pending).to.equal(3);
    expect(await cancelRemaining(db, batchId)).to.equal(null);
    await orderControl(db, { batchId, control: 'cancel', now: false, actor: 'me', reason: null });
    await cancelRemaining(db, batchId);
    expect((await batchSnapshot(db, batchId)).status).to.equal('cancelled');
  });

  it('makes items of the documents inside a document, in the commit of their parent and once', async () => {
    const batchId = await newBatch(db, 2);
    const [parent, other] = (await claimed(db, batchId)) as [ClaimedItem, ClaimedItem];
    const children = ['b.txt', 'a/ü.txt'].map((path) => ({
      ...{ uri: `${parent.uri}!${path}`, name: path.split('/').at(-1)!, path },
      ...{ mimeType: 'text/plain', sizeBytes: 3 },
    }));
    const group = [
      outcome(parent, { state: 'completed', result: 1, children }),
      outcome(other, { state: 'pending', children, failure: failure('critical', 'source_gone') }),
    ];
    const result = await commit(db, batchId, group);
    await commit(db, batchId, group);
    expect(result).to.include({ lastChunkNo: 2 });
    expect(result.totals).to.include({ total: 4, completed: 1 });
    const items = (await claimChunk(db, batchId, 2)).sort((a, b) => a.name.localeCompare(b.name));
    expect(items.map(({ name }) => name)).to.deep.equal(['b.txt', 'ü.txt']);
    const [, second] = items as [ClaimedItem, ClaimedItem];
    expect(second).to.deep.include({ containerUri: parent.uri, memberPath: ['a/ü.txt'] });
    expect(await countMembers(db, parent.uri, other.documentId)).to.equal(2);

    const grandchild = { ...children[0]!, uri: `${second.uri}!c.txt`, path: 'c.txt' };
    await markStarted(db, batchId, items);
    await commit(db, batchId, [outcome(second, { state: 'failed', children: [grandchild] })]);
    const [deepest] = await claimChunk(db, batchId, 3);
    expect(deepest).to.deep.include({ containerUri: parent.uri, memberPath: ['a/ü.txt', 'c.txt'] });
    const { counts } = await batchSnapshot(db, batchId);
    expect(counts).to.include({ total: 5, completed: 1, failed: 1 });
  });

  it('halts when more items fail than the budget allows', async () => {
    const batchId = await newBatch(db, 4, { maxFailures: { count: 1 } });
    const items = await claimed(db, batchId);
    const fail = (item: ClaimedItem) =>
      outcome(item, { state: 'failed', failure: failure('permanent', 'corrupt') });
    expect((await commit(db, batchId, [fail(items[0]!)])).control).to.equal('run');
    expect((await commit(db, batchId, [fail(items[1]!)])).control).to.equal('halt');
    const { reason } = await batchSnapshot(db, batchId);
    expect(reason).to.equal('failure_budget');
  });

  it('reopens exactly the selected failures', async () => {
    const batchId = await newBatch(db, 3);
    const items = await claimed(db, batchId);
    await commit(db, batchId, [
      outcome(items[0]!, { state: 'completed', result: 1 }),
      outcome(items[1]!, { state: 'failed', failure: failure('permanent', 'corrupt') }),
      outcome(items[2]!, { state: 'failed', failure: failure('permanent', 'empty') }),
    ]);
    await finishBatch(db, batchId);
    const retry = { failureClass: null, failureCode: 'empty', uriPattern: null };
    expect(await countRetryable(db, batchId, retry)).to.equal(1);
    const request = { batchId, actor: 'test', reason: null, retry, settings: { parallel: 7 } };
    expect(await reopenBatch(db, request)).to.deep.equal({ reopened: 1 });
    const { counts, status, settings } = await batchSnapshot(db, batchId);
    expect(counts).to.include({ completed: 1, failed: 1, pending: 1 });
    expect([status, settings.parallel]).to.deep.equal(['processing', 7]);
    expect((await claimChunk(db, batchId, 2)).map((item) => item.attempts)).to.deep.equal([1]);
  });

  it('takes no other recipe when nothing is left to reopen', async () => {
    const batchId = await newBatch(db, 1);
    const [item] = await claimed(db, batchId);
    await commit(db, batchId, [outcome(item!, { state: 'completed', result: 1 })]);
    await finishBatch(db, batchId);
    const before = await batchRecipe(db, batchId);
    const retry = { failureClass: null, failureCode: null, uriPattern: null };
    const recipe = { ...before, model: 'another-model' };
    const request = { batchId, actor: 'test', reason: null, retry, settings: {}, recipe };
    expect(await reopenBatch(db, request)).to.deep.equal({ reopened: 0 });
    expect(await batchRecipe(db, batchId)).to.deep.equal(before);
    expect((await batchSnapshot(db, batchId)).status).to.equal('completed');
  });

  it('obeys the newest order, audits it once, and notifies once', async () => {
    const batchId = await newBatch(db, 1, { notify: ['true'] });
    const pause = { batchId, control: 'pause' as const, now: false, actor: 'me', reason: 'lunch' };
    expect(await orderControl(db, pause)).to.deep.equal({ changed: true, status: 'paused' });
    expect((await orderControl(db, pause)).changed).to.equal(false);
    const orders = await readOrders(db, batchId);
    const stale = {
      batchId,
      status: 'processing' as const,
      reason: null,
      detail: null,
      controlSeq: orders.controlSeq - 1,
    };
    await recordStatus(db, stale);
    expect((await readOrders(db, batchId)).status).to.equal('paused');
    await orderControl(db, { ...pause, control: 'run' });
    const { controlSeq } = await readOrders(db, batchId);
    const halt = { batchId, status: 'halted' as const, reason: 'internal', detail: 'x', controlSeq };
    await recordStatus(db, halt);
    await recordStatus(db, { ...halt, controlSeq: controlSeq + 1 });
    const worker = randomUUID();
    await registerWorker(db, { id: worker, host: worker, pid: 1, slots: 64, version: '0' }, () => true);
    const told = await claimNotification(db, worker);
    const next = `docbatch resume ${batchId.slice(0, 8)}`;
    expect(told?.payload).to.include({ event: 'halted', reason: 'internal', next });
    expect(await claimNotification(db, worker)).to.equal(null);
    await removeWorker(db, worker);
    expect((await claimNotification(db, worker))?.id).to.equal(told?.id);
    await settleNotification(db, told!.id, null);
    expect(await claimNotification(db, worker)).to.equal(null);
  });

  it('leaves out documents that another batch holds, and those that are finished', async () => {
    const batchId = await newBatch(db, 2);
    const { rows } = await db.query<{ id: string }>(
      'SELECT document_id AS id FROM batch_items WHERE batch_id = $1',
      [batchId],
    );
    const recipeId = await saveRecipe(db, recipe);
    const select = async () => {
      const other = randomUUID();
      await listCandidates(
        db,
        other,
        rows.map((row) => row.id),
        0,
      );
      return db.transaction((tx) =>
        selectCandidates(tx, {
          batchId: other,
          recipeId,
          rerun: 'none',
          all: false,
          limit: null,
          sample: null,
        }),
      );
    };
    const before = await select();
    expect(before).to.include({ chosen: 0, busy: 2 });
    expect(before.holders).to.deep.equal([{ batchId, status: 'pending', count: 2 }]);
    const items = await claimed(db, batchId);
    await commit(db, batchId, [
      outcome(items[0]!, { state: 'completed', result: 1 }),
      outcome(items[1]!, { state: 'failed', failure: failure('permanent', 'corrupt') }),
    ]);
    await finishBatch(db, batchId);
    const after = await select();
    expect(after).to.include({ chosen: 0, unchanged: 1, busy: 0 });
    expect(after.failedEarlier).to.have.length(1);
  });

  it('shares the slots of a batch between live workers, never more than parallel', async () => {
    const batchId = await newBatch(db, 1);
    const ids = [randomUUID(), randomUUID()] as const;
    for (const id of ids)
      await registerWorker(db, { id, host: id, pid: 1, slots: 64, version: '0' }, () => true);
    const grant = async (id: string, inUse: number) =>
      (await grantShares(db, id, new Map([[batchId, inUse]]))).get(batchId);
    expect(await grant(ids[0], 0)).to.equal(5);
    expect(await grant(ids[1], 0)).to.equal(0);
    const first = (await grant(ids[0], 0))!;
    const second = (await grant(ids[1], 0))!;
    expect(first + second).to.equal(5);
    expect(await beat(db, ids[0], 1)).to.equal(true);
    await notePeakRss(db, [batchId]);
    expect((await readBatchViews(db, [batchId]))[0]).to.include({ batchId, analyzer: 'local' });
  });

  it('lets one probe through a closed gate', async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    for (const id of [a, b])
      await registerWorker(db, { id, host: id, pid: 1, slots: 64, version: '0' }, () => true);
    await closeGate(db, 'p', 'down');
    expect(await readClosedGates(db, ['p'])).to.have.length(1);
    await db.query(`UPDATE provider_gate SET closed_until = now()`);
    expect(await claimProbe(db, 'p', a, 1_000)).to.equal(true);
    expect(await claimProbe(db, 'p', b, 1_000)).to.equal(false);
    await endProbe(db, 'p', a, true);
    expect(await readClosedGates(db, ['p'])).to.deep.equal([]);
  });

  it('lets another probe through when the worker of the first has died, and heeds retry-after', async () => {
    const [dead, b] = [randomUUID(), randomUUID()];
    for (const id of [dead, b])
      await registerWorker(db, { id, host: id, pid: 1, slots: 64, version: '0' }, () => true);
    await closeGate(db, 'q', 'down', 5_000);
    expect((await readClosedGates(db, ['q']))[0]?.probeInMs).to.be.within(4_000, 5_000);
    await db.query(`UPDATE provider_gate SET closed_until = now() WHERE provider = 'q'`);
    expect(await claimProbe(db, 'q', dead, 600_000)).to.equal(true);
    expect((await readClosedGates(db, ['q']))[0]?.probeInMs).to.be.above(500_000);
    await db.query(`UPDATE workers SET heartbeat_at = now() - interval '11 seconds' WHERE id = $1`, [dead]);
    expect((await readClosedGates(db, ['q']))[0]?.probeInMs).to.equal(0);
    expect(await claimProbe(db, 'q', b, 1_000)).to.equal(true);
  });

  it('marks a batch terminated whose workflow is gone, unless it was reopened', async () => {
    const batchId = await newBatch(db, 1);
    await db.query(
      `UPDATE processing_batches SET status_changed_at = now() - interval '1 minute' WHERE id = $1`,
      [batchId],
    );
    const open = (await openBatches(db)).find(({ id }) => id === batchId)!;
    await markTerminated(db, { ...open, controlSeq: 99 }, 'x');
    expect((await batchSnapshot(db, batchId)).status).to.equal('pending');
    await markTerminated(db, open, 'x');
    expect((await batchSnapshot(db, batchId)).status).to.equal('terminated');
  });
});
