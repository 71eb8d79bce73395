import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { createClaudeClient } from '../../src/analyze/claude/client.ts';
import { createClaudeAnalyzer } from '../../src/analyze/claude/create-claude.ts';
import { groundQuotes } from '../../src/analyze/claude/ground.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { claimChunk, putBackLost } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { beginCreate, openGroups, sealGroup } from '../../src/db/provider-batches.ts';
import { findProviderBatches, listProviderBatches } from '../../src/db/provider-status.ts';
import { countProviderBatches, pruneProviderBatches } from '../../src/db/prune-provider.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import { recordedAnswers, storeResults } from '../../src/db/provider-requests.ts';
import type { BatchSettings } from '../../src/domain/batch.ts';
import { hasSettled } from '../../src/domain/batch.ts';
import type { ProviderRoundResult } from '../../src/engine/provider-driver.ts';
import { createProviderDriver } from '../../src/engine/provider-driver.ts';
import { claimed, commit, newBatch, outcome } from '../support/batch-rows.ts';
import type { ClaudeSimulator } from '../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../support/claude-simulator/server.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { profileOf } from '../unit/analyze/claude/support.ts';

const CREATE = 'POST /v1/messages/batches';

describe('asking by the batch', function () {
  this.timeout(30_000);
  let test: TestDatabase;
  let db: Database;
  let simulator: ClaudeSimulator;
  beforeEach(async () => {
    test = await testDatabase();
    db = test.db;
    simulator = await startClaudeSimulator({ batches: { ...batches, durationMs: 50 } });
  });
  afterEach(async () => {
    await simulator.close();
    await test.drop();
  });

  it('makes one provider batch of what waits, and brings its documents back to be answered', async () => {
    const batchId = await parkedBatch(5);
    await driven(batchId);
    expect(await created()).to.equal(1);
    const { lastChunkNo } = await lastChunk(batchId);
    const items = await claimChunk(db, batchId, lastChunkNo);
    expect(items.length).to.equal(5);
    const answers = await recordedAnswers(db, batchId, ids(items));
    expect([...answers.values()].map((answer) => [...answer.values()][0]?.type)).to.deep.equal(
      Array(5).fill('succeeded'),
    );
    const { money } = await batchSnapshot(db, batchId);
    expect(money.spentNanoUsd).to.equal(simulator.ledger.totals().costNanoUsd);
  });

  it('finds the batch whose create call was answered by a broken connection', async () => {
    simulator.set({ faults: [{ endpoint: 'batches', contains: CREATE, times: 1, fault: { kind: 'lost' } }] });
    const batchId = await parkedBatch(3);
    await driven(batchId);
    expect(await created()).to.equal(1);
    expect(simulator.ledger.totals()).to.include({ billed: 3, billedTwice: 0 });
  });

  it('sends again what a kill cut off before it was sent, but not before the time is over', async () => {
    const batchId = await parkedBatch(3);
    await cutOff(batchId);
    await driver(60_000).round(batchId, { cancel: false }, signal);
    expect(await created()).to.equal(0);
    await driven(batchId);
    expect(await created()).to.equal(1);
  });

  it('rejects a batch of the same size that holds nothing of ours', async () => {
    const batchId = await parkedBatch(2);
    await cutOff(batchId);
    await foreignBatch(2);
    await driven(batchId);
    expect(await created()).to.equal(2);
    const { rows } = await db.query<{ rejected: string[] }>('SELECT rejected FROM provider_batches');
    expect(rows[0]?.rejected.length).to.equal(1);
    const { money } = await batchSnapshot(db, batchId);
    expect(money.spentNanoUsd).to.be.greaterThan(0).and.lessThan(simulator.ledger.totals().costNanoUsd);
  });

  it('never has two groups of one size in doubt', async () => {
    const first = await parkedBatch(3);
    await cutOff(first);
    const second = await parkedBatch(3);
    const sealed = await sealGroup(db, { batchId: second, provider }, sealLimits);
    expect(sealed.group?.requests).to.equal(2);
  });

  it('counts a result that is stored twice once', async () => {
    const batchId = await parkedBatch(1);
    await driver().round(batchId, { cancel: false }, signal);
    const [group] = await openGroups(db, batchId);
    const { rows } = await db.query<{ id: string }>('SELECT custom_id AS id FROM provider_requests');
    const paid = {
      ...{ requestId: null, model: 'm', mode: 'batch' as const, inputTokens: 3, outputTokens: 2 },
      ...{ cacheReadTokens: 0, cacheWriteTokens: 0, costNanoUsd: 17 },
    };
    const result = { customId: rows[0]!.id, answer: { type: 'succeeded' as const, message: {} }, paid };
    for (let n = 0; n < 2; n++) expect(await storeResults(db, group!, [result])).to.equal(1);
    expect((await batchSnapshot(db, batchId)).money.spentNanoUsd).to.equal(17);
  });

  it('sends what fits the budget, goes on with what comes free, and pauses when nothing fits', async () => {
    const batchId = await parkedBatch(40, { budgetNanoUsd: 100_000 });
    await driven(batchId, (chunkNo) => complete(batchId, chunkNo));
    const { money, reason, detail } = await batchSnapshot(db, batchId);
    expect(money.spentNanoUsd).to.be.greaterThan(0).and.at.most(100_000);
    expect(await created()).to.be.greaterThan(1);
    expect([reason, detail]).to.deep.include('budget');
  });

  it('asks once for documents with the same content', async () => {
    const batchId = await parkedBatch(3, {}, () => 'the same');
    await driven(batchId);
    expect(simulator.ledger.totals().billed).to.equal(1);
    const { lastChunkNo } = await lastChunk(batchId);
    expect((await claimChunk(db, batchId, lastChunkNo)).length).to.equal(3);
  });

  it('looks no more often because documents wait for the answer about another with the same content', async () => {
    simulator.set({ batches: { ...batches, durationMs: 60_000 } });
    const batchId = await parkedBatch(3, {}, () => 'the same');
    await driver().round(batchId, { cancel: false }, signal);
    const { waitMs, waitsFor } = await driver().round(batchId, { cancel: false }, signal);
    expect(waitMs).to.be.greaterThan(500);
    expect(waitsFor).to.match(/with 1 requests are under way, 0 requests wait$/);
  });

  it('asks in later rounds what a document has left to them, and keeps the answers meanwhile', async () => {
    const batchId = await parkedBatch(2);
    await driven(batchId, async (chunkNo) => {
      const items = await claimed(db, batchId, chunkNo);
      const answers = await recordedAnswers(db, batchId, ids(items));
      const outcomes = items.map((item) => {
        const had = answers.get(item.documentId)?.size ?? 0;
        if (had === 3) return outcome(item);
        const body = requestBody(`${item.documentId} ${had}`);
        const requests = [{ key: body, body, worstNanoUsd: 12_000 }];
        return outcome(item, { state: 'parked', result: undefined, requests });
      });
      await commit(db, batchId, outcomes);
    });
    expect(simulator.ledger.totals()).to.include({ billed: 6, billedTwice: 0 });
    expect((await batchSnapshot(db, batchId)).counts.completed).to.equal(2);
  });

  it('keeps within the queue of the provider, and goes on as it empties', async () => {
    const batchId = await parkedBatch(10);
    simulator.set({ batches: { ...batches, queueCap: 4 } });
    await driven(batchId, (chunkNo) => complete(batchId, chunkNo), driver(0, { queueCap: 4 }));
    expect(await created()).to.equal(3);
    expect(simulator.ledger.totals().byStatus).to.not.have.property('batches 429');
    expect(simulator.ledger.totals()).to.include({ billed: 10, billedTwice: 0 });
  });

  it('halves a group that the provider finds too large', async () => {
    const batchId = await parkedBatch(10);
    simulator.set({ batches: { ...batches, maxBytes: 1_000 } });
    await driven(batchId);
    expect(simulator.ledger.totals()).to.include({ billed: 10, billedTwice: 0 });
    expect(await created()).to.be.within(3, 10);
  });

  it('has an answer for a single request that is too large', async () => {
    const batchId = await parkedBatch(1);
    simulator.set({ batches: { ...batches, maxBytes: 100 } });
    await driven(batchId);
    const { lastChunkNo } = await lastChunk(batchId);
    const answers = await recordedAnswers(db, batchId, ids(await claimChunk(db, batchId, lastChunkNo)));
    const [answer] = [...answers.values()].flatMap((byKey) => [...byKey.values()]);
    expect(answer?.type).to.equal('errored');
    expect(JSON.stringify(answer)).to.contain('request_too_large');
  });

  it('cancels at the provider, and keeps the requests for whoever retries', async () => {
    simulator.set({ batches: { ...batches, durationMs: 60_000 } });
    const batchId = await parkedBatch(3);
    await driver().round(batchId, { cancel: false }, signal);
    await until(
      'nothing is left',
      async () => (await driver().round(batchId, { cancel: true }, signal)).idle,
    );
    const { rows } = await db.query<{ count: number }>(
      'SELECT COUNT(*)::int AS count FROM provider_requests WHERE answer IS NULL AND provider_batch_id IS NULL',
    );
    expect(rows[0]?.count).to.equal(3);
    expect(simulator.ledger.totals().billed).to.equal(0);
  });

  it('has settled when it is paused while documents wait for a provider', async () => {
    const batchId = await parkedBatch(2);
    await db.query(`UPDATE processing_batches SET status = 'paused' WHERE id = $1`, [batchId]);
    expect(hasSettled(await batchSnapshot(db, batchId))).to.equal(true);
    const working = await newBatch(db, 2);
    await claimed(db, working);
    await db.query(`UPDATE processing_batches SET status = 'paused' WHERE id = $1`, [working]);
    expect(hasSettled(await batchSnapshot(db, working))).to.equal(false);
  });

  it('lets documents go on without an answer when the deadline is over', async () => {
    simulator.set({ batches: { ...batches, durationMs: 60_000 } });
    const batchId = await parkedBatch(3, { deadlineAtMs: Date.now() + 1_000 });
    await driver().round(batchId, { cancel: false }, signal);
    expect((await openGroups(db, batchId)).length).to.equal(1);
    await driven(batchId);
    const { lastChunkNo } = await lastChunk(batchId);
    expect((await claimChunk(db, batchId, lastChunkNo)).length).to.equal(3);
    expect(simulator.ledger.totals().billed).to.equal(0);
  });

  it('asks again what was refused when a halted batch is resumed', async () => {
    const message = 'Your credit balance is too low';
    simulator.set({ faults: [{ fault: { kind: 'errored', type: 'invalid_request_error', message } }] });
    const batchId = await parkedBatch(3);
    await driven(batchId);
    await db.query(`UPDATE processing_batches SET control = 'halt', status = 'halted' WHERE id = $1`, [
      batchId,
    ]);
    simulator.set({ faults: [] });
    await reopenBatch(db, { ...{ batchId, actor: 'test', reason: null, retry: null }, settings: {} });
    const items = await claimChunk(db, batchId, (await lastChunk(batchId)).lastChunkNo);
    expect([items.length, (await recordedAnswers(db, batchId, ids(items))).size]).to.deep.equal([3, 0]);
  });

  it('asks again what a provider batch refuses that was under way when a halted batch was resumed', async () => {
    const fault = { kind: 'errored', type: 'invalid_request_error', message: 'no credit' } as const;
    simulator.set({ faults: [{ firstTries: 1, fault }] });
    const batchId = await parkedBatch(3);
    await driver().round(batchId, { cancel: false }, signal);
    await db.query(`UPDATE processing_batches SET control = 'halt' WHERE id = $1`, [batchId]);
    await reopenBatch(db, { ...{ batchId, actor: 'test', reason: null, retry: null }, settings: {} });
    await driven(batchId, async (chunkNo) => {
      const answers = await recordedAnswers(db, batchId, await documentsOf(batchId));
      const types = [...answers.values()].flatMap((byKey) => [...byKey.values()].map(({ type }) => type));
      expect(types).to.deep.equal(Array(3).fill('succeeded'));
      await complete(batchId, chunkNo);
    });
    expect(await created()).to.equal(2);
    expect((await batchSnapshot(db, batchId)).counts.completed).to.equal(3);
  });

  it('keeps how its requests ended, until it is pruned', async () => {
    const batchId = await parkedBatch(2);
    await driven(batchId, (chunkNo) => complete(batchId, chunkNo));
    const [listed] = await listProviderBatches(db, batchId, { onlyOpen: false });
    const [shown] = await findProviderBatches(db, listed!.providerId!.slice(0, 14));
    expect(shown).to.deep.include({ outcomes: { succeeded: 2 }, requests: 2, state: 'ended' });
    const later = new Date(Date.now() + 60_000);
    expect((await countProviderBatches(db, later)).count).to.equal(0);
    await db.query(`UPDATE processing_batches SET status = 'completed', completed_at = now() WHERE id = $1`, [
      batchId,
    ]);
    expect((await countProviderBatches(db, later)).count).to.equal(1);
    expect((await pruneProviderBatches(db, later)).count).to.equal(1);
    expect(await listProviderBatches(db, batchId, { onlyOpen: false })).to.deep.equal([]);
    expect((await batchSnapshot(db, batchId)).money.spentNanoUsd).to.be.greaterThan(0);
  });

  it('leaves parked documents to the provider, whoever claims or puts back', async () => {
    const batchId = await parkedBatch(3);
    await putBackLost(db, [batchId]);
    expect(await claimChunk(db, batchId, 1)).to.deep.equal([]);
  });

  const batches = {
    ...{ durationMs: 50, unknownForMs: 0, queueCap: 200_000, maxRequests: 100_000, maxBytes: 1e8 },
  };
  const { signal } = new AbortController();
  const provider = 'test';

  const analyzer = () => {
    const claude = createClaudeAnalyzer(
      profileOf({ quotes: [] }),
      {
        env: { ANTHROPIC_API_KEY: 'sk-x' },
        baseUrl: simulator.url,
        prices: {},
        ground: (input) => Promise.resolve(groundQuotes(input)),
      },
      'claude-batch',
    );
    return { ...claude, batches: { ...claude.batches!, provider } };
  };

  const client = () => createClaudeClient({ env: { ANTHROPIC_API_KEY: 'sk-x' }, baseUrl: simulator.url });

  const sealLimits = { requests: 100, sizeBytes: 1e6, queueCap: 1_000 };

  const driver = (holdMs = 0, changes: Partial<typeof sealLimits> = {}) =>
    createProviderDriver({
      ...{ db, createAnalyzer: analyzer, ...sealLimits, ...changes, holdMs, createTimeoutMs: 1_000 },
    });

  /** Rounds until nothing is left. */
  async function driven(
    batchId: string,
    onChunk?: (chunkNo: number) => Promise<void>,
    driving = driver(),
  ): Promise<void> {
    let news: ProviderRoundResult;
    await until('nothing is left', async () => {
      news = await driving.round(batchId, { cancel: false }, signal);
      if (news.lastChunkNo > 0) await onChunk?.(news.lastChunkNo);
      return news.idle;
    });
  }

  async function complete(batchId: string, chunkNo: number): Promise<void> {
    const items = await claimed(db, batchId, chunkNo);
    await commit(
      db,
      batchId,
      items.map((item) => outcome(item)),
    );
  }

  async function documentsOf(batchId: string): Promise<string[]> {
    const { rows } = await db.query<{ id: string }>(
      'SELECT document_id AS id FROM batch_items WHERE batch_id = $1',
      [batchId],
    );
    return rows.map(({ id }) => id);
  }

  /** What a kill between the row and the call leaves. */
  async function cutOff(batchId: string): Promise<void> {
    const { group } = await sealGroup(db, { batchId, provider }, sealLimits);
    await beginCreate(db, group!.id, 1);
  }

  async function parkedBatch(
    count: number,
    settings: Partial<BatchSettings> = {},
    textOf = (batchId: string, n: number) => `${batchId} ${n}`,
  ): Promise<string> {
    const batchId = await newBatch(db, count, settings);
    const items = await claimed(db, batchId);
    const parked = items.map((item, n) => {
      const body = requestBody(textOf(batchId, n));
      const key = createHash('sha256').update(body).digest('hex');
      return outcome(item, {
        ...{ state: 'parked', result: undefined, requests: [{ key, body, worstNanoUsd: 12_000 }] },
      });
    });
    await commit(db, batchId, parked);
    return batchId;
  }

  async function foreignBatch(count: number): Promise<void> {
    const requests = Array.from({ length: count }, (_, n) => ({
      custom_id: `other-${n}`,
      params: JSON.parse(requestBody(`other ${n}`)) as never,
    }));
    await (await client()).messages.batches.create({ requests });
  }

  async function created(): Promise<number> {
    const { data } = await (await client()).messages.batches.list({ limit: 100 });
    return data.length;
  }

  async function lastChunk(batchId: string): Promise<{ lastChunkNo: number }> {
    const { rows } = await db.query<{ lastChunkNo: number }>(
      'SELECT last_chunk_no AS "lastChunkNo" FROM processing_batches WHERE id = $1',
      [batchId],
    );
    return rows[0]!;
  }
});

function ids(items: readonly { documentId: string }[]): string[] {
  return items.map(({ documentId }) => documentId);
}

function requestBody(text: string): string {
  return JSON.stringify({
    ...{
      model: 'claude-haiku-5-5',
      max_tokens: 100,
      thinking: { type: 'disabled' as const },
      system: 'Say what it is.',
    },
    messages: [{ role: 'user', content: `<document>\n${text}\n</document>` }],
  });
}
