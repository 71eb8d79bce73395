import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { insertBatch } from '../../src/db/batches.ts';
import { reconcileBudget, reserveBudget } from '../../src/db/budget.ts';
import { listCandidates } from '../../src/db/candidates.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import { claimChunk, claimRetry, markStarted, markWaiting, putBackLost } from '../../src/db/claims.ts';
import type { Outcome } from '../../src/db/commit-outcomes.ts';
import { commitOutcomes } from '../../src/db/commit-outcomes.ts';
import { readCosts, readUnsettled } from '../../src/db/costs.ts';
import type { Database } from '../../src/db/database.ts';
import { registerDocuments } from '../../src/db/documents.ts';
import { readItems } from '../../src/db/items.ts';
import { orderControl } from '../../src/db/orders.ts';
import { planPage } from '../../src/db/planning.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import { noteWorstTry } from '../../src/db/unknown-calls.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { defaultSettings } from '../../src/domain/batch.ts';
import { outcome } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('money in the database', () => {
  let db: Database;
  const workerId = randomUUID();
  withTestDatabase((made) => (db = made));
  before(async () => {
    await registerWorker(db, { id: workerId, host: 'test', pid: 1, slots: 8, version: '0' }, () => true);
  });

  it('counts a call once, also when its commit is repeated or its document is someone else’s by now', async () => {
    const { batchId, items } = await claimedBatch(3, null);
    const [first, zombie] = items as [ClaimedItem, ClaimedItem];
    const stale = { ...zombie, epoch: zombie.epoch - 1 };
    const outcomes = [billed(first, [100, 23]), billed(stale, [7])];
    for (let n = 0; n < 2; n++) await commit(batchId, outcomes);
    const { money } = await batchSnapshot(db, batchId);
    expect(money).to.include({ spentNanoUsd: 130, inputTokens: 39, outputTokens: 15, cacheReadTokens: 6 });
    const costs = new Map<string, number>();
    for await (const item of readItems(db, batchId, { withResults: false }))
      costs.set(item.documentId, item.costNanoUsd);
    expect([costs.get(first.documentId), costs.get(zombie.documentId)]).to.deep.equal([123, 7]);
    const [row] = await readCosts(db, { batchId, since: null });
    expect(row).to.include({
      model: 'm',
      profile: 'p',
      mode: 'online',
      calls: 3,
      documents: 2,
      costNanoUsd: 130,
    });
  });

  it('never reserves more than the budget, however many ask at once', async () => {
    const { batchId, items } = await claimedBatch(40, 1_000);
    const answers = await Promise.all(items.map((item) => reserve(batchId, item, 90)));
    const verdicts = answers.map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'reserved')).to.have.length(11);
    expect(verdicts.filter((verdict) => verdict === 'wait')).to.have.length(29);
    expect((await batchSnapshot(db, batchId)).money.reservedNanoUsd).to.equal(990);
  });

  it('frees by an outcome what was held for it, and says when nothing more will fit', async () => {
    const { batchId, items } = await claimedBatch(3, 100);
    const [a, b, c] = items as [ClaimedItem, ClaimedItem, ClaimedItem];
    expect((await reserve(batchId, a, 60)).verdict).to.equal('reserved');
    expect((await reserve(batchId, b, 60)).verdict).to.equal('wait');
    await commit(batchId, [billed(a, [30])]);
    expect((await reserve(batchId, b, 60)).verdict).to.equal('reserved');
    // Asked again for a second call of the same document: the amount is replaced.
    expect((await reserve(batchId, b, 70)).verdict).to.equal('reserved');
    expect((await reserve(batchId, b, 71)).verdict).to.equal('exhausted');
    expect((await reserve(batchId, c, 1)).verdict).to.equal('exhausted');
    await commit(batchId, [billed(b, [70])]);
    expect(await reserve(batchId, c, 1)).to.deep.equal({
      verdict: 'exhausted',
      spent: 100,
      reserved: 0,
      budget: 100,
    });
  });

  it('holds the money for a call that gave no answer until its document is done, also when its commit is repeated', async () => {
    const { batchId, items } = await claimedBatch(3, 200);
    const [a, b, c] = items as [ClaimedItem, ClaimedItem, ClaimedItem];
    const lost = { state: 'retrying', nextAttemptMs: 0, lostNanoUsd: 80 } as const;
    await reserve(batchId, a, 90);
    const first = billed(a, [10], lost);
    for (let n = 0; n < 2; n++) await commit(batchId, [first]);
    const { money } = await batchSnapshot(db, batchId);
    expect(money).to.include({ spentNanoUsd: 10, reservedNanoUsd: 80, interruptedNanoUsd: 0 });
    expect((await reserve(batchId, b, 120)).verdict).to.equal('later');
    const again = (await claimRetry(db, batchId, a.documentId))!;
    expect((await reserve(batchId, b, 120)).verdict).to.equal('exhausted');
    await markStarted(db, batchId, [again]);
    await reserve(batchId, again, 90);
    await commit(batchId, [billed(again, [25], { from: 'retrying' })]);
    // The last try of a document that fails: nothing will show what it cost.
    await reserve(batchId, c, 40);
    const last = billed(c, [], { ...failed, lostNanoUsd: 40 });
    for (let n = 0; n < 2; n++) await commit(batchId, [last]);
    expect((await batchSnapshot(db, batchId)).money).to.include({
      spentNanoUsd: 35,
      reservedNanoUsd: 0,
      interruptedNanoUsd: 65,
    });
  });

  it('counts a lost call where there is no budget, too', async () => {
    const { batchId, items } = await claimedBatch(2, null);
    const [a, b] = items as [ClaimedItem, ClaimedItem];
    await commit(batchId, [billed(a, [], { state: 'retrying', nextAttemptMs: 0, lostNanoUsd: 80 })]);
    expect(await readUnsettled(db, batchId)).to.deep.equal([{ batchId, calls: 1, nanoUsd: 80 }]);
    const again = (await claimRetry(db, batchId, a.documentId))!;
    await markStarted(db, batchId, [again]);
    await commit(batchId, [billed(again, [25], { from: 'retrying' })]);
    const last = billed(b, [], { ...failed, lostNanoUsd: 40 });
    for (let n = 0; n < 2; n++) await commit(batchId, [last]);
    expect((await batchSnapshot(db, batchId)).money).to.include({
      ...{ spentNanoUsd: 25, reservedNanoUsd: 0, interruptedNanoUsd: 65 },
    });
    expect(await readUnsettled(db, batchId)).to.deep.equal([{ batchId, calls: 2, nanoUsd: 65 }]);
    await db.query(`UPDATE processing_batches SET status = 'completed' WHERE id = $1`, [batchId]);
    expect(await reconcileBudget(db, batchId)).to.equal(65);
    expect(await readUnsettled(db, batchId)).to.deep.equal([]);
  });

  it('counts a call that a kill cut off as spent until its document is done, then as much as that cost', async () => {
    const { batchId, items } = await claimedBatch(2, 100);
    const [a, b] = items as [ClaimedItem, ClaimedItem];
    await reserve(batchId, a, 80);
    await db.query("UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [workerId]);
    expect((await reserve(batchId, b, 30)).verdict).to.equal('exhausted');
    await db.query('UPDATE workers SET heartbeat_at = now() WHERE id = $1', [workerId]);
    const again = (await claimChunk(db, batchId, 1)).find(({ documentId }) => documentId === a.documentId)!;
    await markStarted(db, batchId, [again]);
    await commit(batchId, [billed(again, [20])]);
    expect((await batchSnapshot(db, batchId)).money).to.include({
      spentNanoUsd: 20,
      interruptedNanoUsd: 20,
      reservedNanoUsd: 0,
    });
    await orderControl(db, {
      batchId,
      control: 'pause',
      now: false,
      actor: 'test',
      code: 'budget',
      reason: 'why',
    });
    expect(await batchSnapshot(db, batchId)).to.include({
      status: 'paused',
      reason: 'budget',
      detail: 'why',
    });
    expect(await reconcileBudget(db, batchId)).to.equal(20);
    expect((await batchSnapshot(db, batchId)).money.interruptedNanoUsd).to.equal(0);
  });

  it('counts what a kill cut off where there is no budget: at most the worst try, then what its document cost', async () => {
    const { batchId, items } = await claimedBatch(4, null);
    const [a, b, c, d] = items as [ClaimedItem, ClaimedItem, ClaimedItem, ClaimedItem];
    await noteWorstTry(db, batchId, 90);
    await noteWorstTry(db, batchId, 50);
    await commit(batchId, [billed(a, [10])]);
    await markWaiting(db, batchId, [d]);
    const unknown = async () => (await batchSnapshot(db, batchId)).money.unknown;
    expect(await unknown()).to.deep.equal({ calls: 0, nanoUsd: 0 });
    // Every worker is dead.
    await db.query("UPDATE workers SET heartbeat_at = now() - interval '1 minute' WHERE id = $1", [workerId]);
    expect(await unknown()).to.deep.equal({ calls: 2, nanoUsd: 180 });
    await db.query('UPDATE workers SET heartbeat_at = now() WHERE id = $1', [workerId]);
    for (let n = 0; n < 2; n++) {
      const again = await claimChunk(db, batchId, 1);
      expect(again).to.have.length(3);
      expect(await unknown()).to.deep.equal({ calls: 2, nanoUsd: 180 });
    }
    // The worker was only slow: its answer is known, whoever has the document by now.
    await commit(batchId, [billed(b, [20])]);
    expect(await unknown()).to.deep.equal({ calls: 1, nanoUsd: 90 });
    const third = (await claimChunk(db, batchId, 1)).find(({ documentId }) => documentId === c.documentId)!;
    await markStarted(db, batchId, [third]);
    await commit(batchId, [billed(third, [25])]);
    expect(await unknown()).to.deep.equal({ calls: 1, nanoUsd: 25 });
    await db.query(`UPDATE processing_batches SET status = 'paused' WHERE id = $1`, [batchId]);
    await putBackLost(db, [batchId]);
    expect(await reconcileBudget(db, batchId)).to.equal(25);
    expect(await unknown()).to.deep.equal({ calls: 0, nanoUsd: 0 });
  });

  it('counts what a kill cut off in a batch that stands', async () => {
    const { batchId } = await claimedBatch(2, null);
    await noteWorstTry(db, batchId, 90);
    await putBackLost(db, [batchId]);
    expect(await readUnsettled(db, batchId)).to.deep.equal([{ batchId, calls: 2, nanoUsd: 180 }]);
    await db.query(`UPDATE processing_batches SET status = 'paused' WHERE id = $1`, [batchId]);
    expect(await reconcileBudget(db, batchId)).to.equal(180);
    expect(await readUnsettled(db, batchId)).to.deep.equal([]);
  });

  async function claimedBatch(count: number, budgetNanoUsd: number | null) {
    const batchId = randomUUID();
    const documents = Array.from({ length: count }, (_, n) => ({
      uri: `file:///${batchId}/${n}.txt`,
      name: `${n}.txt`,
      sizeBytes: 1,
      modifiedAt: new Date(0),
      contentSha256: null,
      mimeType: null,
      priority: null,
      externalId: null,
      groupName: null,
      sourceRoot: null,
      metadata: null,
    }));
    const { ids } = await registerDocuments(
      db,
      documents as unknown as Parameters<typeof registerDocuments>[1],
    );
    await listCandidates(db, batchId, ids, 0);
    const recipe = { analyzer: 'claude', analyzerKey: 'k', profile: 'p', model: 'm', parameters: {} };
    const row = { id: batchId, name: batchId, recipeId: await saveRecipe(db, recipe), detached: false };
    const settings = { ...defaultSettings, budgetNanoUsd };
    await insertBatch(db, { ...row, settings, origin: 'cli', actor: 'test' });
    await planPage(db, batchId);
    await db.query(`UPDATE processing_batches SET status = 'processing' WHERE id = $1`, [batchId]);
    const items = await claimChunk(db, batchId, 1);
    await markStarted(db, batchId, items);
    return { batchId, items };
  }

  function reserve(batchId: string, { documentId, epoch }: ClaimedItem, amountNanoUsd: number) {
    return reserveBudget(db, { batchId, documentId, epoch, workerId, amountNanoUsd });
  }

  function commit(batchId: string, outcomes: Outcome[]) {
    return commitOutcomes(db, { batchId, analyzer: 'claude' }, outcomes);
  }
});

const failed: Partial<Outcome> = {
  state: 'failed',
  failure: { failureClass: 'transient', code: 'network', stage: 'analyze', message: '', context: {} },
};

function billed(item: ClaimedItem, costs: number[], given: Partial<Outcome> = {}): Outcome {
  return outcome(item, {
    ...{ contentSha256: 'x', result: {}, calls: costs.length, callsOk: costs.length },
    paid: costs.map((costNanoUsd) => ({
      id: randomUUID(),
      requestId: 'r',
      model: 'm',
      mode: 'online',
      inputTokens: 10,
      outputTokens: 5,
      cacheReadTokens: 2,
      cacheWriteTokens: 1,
      costNanoUsd,
    })),
    ...given,
  });
}
