import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { describe as describeProgress } from '../../cli/output/progress-view.ts';
import { setAggregateSpec } from '../../src/db/aggregate.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { cancelRemaining, finishBatch } from '../../src/db/batch-ends.ts';
import { readCosts, readUnsettled } from '../../src/db/costs.ts';
import type { Database } from '../../src/db/database.ts';
import { pruneResults } from '../../src/db/prune.ts';
import { orderControl } from '../../src/db/orders.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import { claimSummary, endSummary, isSummaryDue, readSummary, renewSummary } from '../../src/db/summaries.ts';
import { createSummarizer } from '../../src/analyze/claude/create-summarizer.ts';
import type { AggregateSpec, SummarySpec } from '../../src/domain/aggregate.ts';
import { summarizeBatch } from '../../src/engine/summarize-batch.ts';
import { claimed, commit, failed, newBatch, outcome } from '../support/batch-rows.ts';
import type { ClaudeSimulator } from '../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../support/claude-simulator/server.ts';
import { withTestDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';

const summary: SummarySpec = {
  ...{ prompt: 'What do these letters want?', model: 'claude-haiku-5-5', maxTokens: 500 },
  ...{ language: 'document', maxChars: 200_000, maxCalls: 20 },
};
const spec: AggregateSpec = { groupBy: [], count: true, sum: [], currency: null, summary };

describe('the summary of a batch', function () {
  this.timeout(60_000);
  let db: Database;
  let simulator: ClaudeSimulator;
  withTestDatabase((made) => (db = made));
  before(async () => {
    simulator = await startClaudeSimulator({ keys: ['sk-good'], latencyMs: 0 });
  });
  beforeEach(() => {
    simulator.set({ faults: [], latencyMs: 0 });
    simulator.ledger.clear();
  });
  after(() => simulator.close());

  async function finished(answers: number, changes: Partial<SummarySpec> = {}, settings = {}, bad = 0) {
    const batchId = await newBatch(db, answers + bad, { batchSize: 500, retryDelayMs: 1, ...settings });
    const items = await claimed(db, batchId);
    const mark = randomUUID();
    await commit(
      db,
      batchId,
      items.map((item, n) =>
        n < bad ? failed(item) : outcome(item, { result: { n, mark, text: 'x'.repeat(900) } }),
      ),
    );
    await setAggregateSpec(db, batchId, { ...spec, summary: { ...summary, ...changes } });
    return batchId;
  }

  const deps = (key = 'sk-good') => ({
    db,
    workerId: randomUUID(),
    createSummarizer: () =>
      createSummarizer({ env: { ANTHROPIC_API_KEY: key }, baseUrl: simulator.url, prices: {} }),
  });
  const never = new AbortController().signal;
  const round = (batchId: string, signal = never) => summarizeBatch(deps(), batchId, signal);

  it('is asked for before a batch is finished, once; its cost is the batch’s', async () => {
    const batchId = await finished(3);
    expect(await finishBatch(db, batchId)).to.include({ finished: false, summarize: true });
    await db.query(`UPDATE processing_batches SET status = 'processing' WHERE id = $1`, [batchId]);
    expect(describeProgress(await batchSnapshot(db, batchId))).to.match(/^making the summary · done 3/);
    expect(await round(batchId)).to.include({ waitMs: null });
    expect(await finishBatch(db, batchId)).to.include({ finished: true });
    expect((await batchSnapshot(db, batchId)).summarizing).to.equal(false);
    const made = (await readSummary(db, batchId))!;
    const { costNanoUsd, billed } = simulator.ledger.totals();
    expect(made).to.include({ state: 'made', answersRead: 3, answers: 3, calls: 1, costNanoUsd });
    expect(made.text).to.be.a('string').and.not.equal('');
    expect([billed, (await batchSnapshot(db, batchId)).money.spentNanoUsd]).to.deep.equal([1, costNanoUsd]);
    expect((await readCosts(db, { batchId, since: null }))[0]).to.include({
      calls: 1,
      documents: 0,
      costNanoUsd,
    });
    await round(batchId);
    expect(simulator.ledger.totals().billed).to.equal(1);
  });

  it('is stale when documents are taken up again, and paid again only for other answers', async () => {
    const batchId = await finished(2, {}, {}, 1);
    await round(batchId);
    await finishBatch(db, batchId);
    const retry = { failureClass: null, failureCode: null, uriPattern: null };
    const reopen = { batchId, actor: 'test', reason: null, settings: {}, retry };
    await reopenBatch(db, reopen);
    expect((await readSummary(db, batchId))!.state).to.equal('stale');
    await commit(
      db,
      batchId,
      (await claimed(db, batchId, 2)).map((item) => failed(item)),
    );
    expect(await finishBatch(db, batchId)).to.include({ summarize: true });
    await round(batchId);
    expect(await readSummary(db, batchId)).to.include({ state: 'made', calls: 1 });
    await finishBatch(db, batchId);
    await reopenBatch(db, reopen);
    const done = (await claimed(db, batchId, 3)).map((item) => outcome(item, { result: { at: 'last' } }));
    await commit(db, batchId, done);
    await round(batchId);
    expect(await readSummary(db, batchId)).to.include({ state: 'made', calls: 2, answersRead: 3 });
    expect(simulator.ledger.totals()).to.include({ billed: 2, billedTwice: 0 });
  });

  it('keeps its prompt at the provider only when parts are asked about in the same words', async () => {
    const prompt = `What do these letters want? ${'Be brief. '.repeat(2_000)}`;
    await round(await finished(3, { prompt }));
    expect(simulator.ledger.totals()).to.include({ billed: 1, cacheWriteTokens: 0 });
    simulator.ledger.clear();
    await round(await finished(12, { prompt, maxChars: 4_000 }));
    const { billed, cacheWriteTokens, cacheReadTokens } = simulator.ledger.totals();
    expect(billed).to.be.greaterThan(3);
    expect([cacheWriteTokens > 0, cacheReadTokens > cacheWriteTokens]).to.deep.equal([true, true]);
  });

  it('of more answers than fit into one call is made of the summaries of pieces, and bounded', async () => {
    const batchId = await finished(30, { maxChars: 4_000 });
    await round(batchId);
    const { billed, costNanoUsd } = simulator.ledger.totals();
    expect(await readSummary(db, batchId)).to.include({
      state: 'made',
      answersRead: 30,
      calls: billed,
      costNanoUsd,
    });
    expect(billed).to.be.within(9, 20);
    simulator.ledger.clear();
    const bounded = await finished(60, { maxChars: 4_000, maxCalls: 4 });
    await round(bounded);
    const read = (await readSummary(db, bounded))!;
    expect(read.answersRead).to.be.within(10, 16);
    expect([read.answers, read.calls]).to.deep.equal([60, 5]);
  });

  const whole = 'what a whole batch of documents said';

  it('that fails transiently is tried again, without what was paid before, and then says why', async () => {
    const overloaded = { kind: 'status', status: 529, type: 'overloaded_error' } as const;
    const batchId = await finished(12, { maxChars: 4_000 }, { retries: 1 });
    simulator.set({ faults: [{ fault: overloaded, contains: whole, firstTries: 1 }] });
    expect((await round(batchId)).waitMs).to.equal(1);
    const paid = simulator.ledger.totals().billed;
    expect(await readSummary(db, batchId)).to.deep.include({ state: 'due', calls: paid });
    expect((await round(batchId)).waitMs).to.equal(null);
    expect(simulator.ledger.totals()).to.include({ billed: paid + 1, billedTwice: 0 });
    expect(await readSummary(db, batchId)).to.include({ state: 'made', calls: paid + 1, failure: null });

    const never_ = await finished(2, {}, { retries: 1 });
    simulator.set({ faults: [{ fault: overloaded }] });
    await round(never_);
    expect((await round(never_)).waitMs).to.equal(null);
    const told = (await readSummary(db, never_))!;
    expect([told.state, told.failure?.class, told.failure?.code]).to.deep.equal([
      'failed',
      'transient',
      'overloaded',
    ]);
    expect(await finishBatch(db, never_)).to.include({ finished: true, status: 'completed' });
  });

  it('counts a call that was billed and whose answer never came', async () => {
    const batchId = await finished(2);
    simulator.set({ faults: [{ fault: { kind: 'lost' }, firstTries: 1 }] });
    expect((await round(batchId)).waitMs).to.equal(1);
    await round(batchId);
    const { spentNanoUsd, interruptedNanoUsd, reservedNanoUsd } = (await batchSnapshot(db, batchId)).money;
    expect(spentNanoUsd + interruptedNanoUsd).to.be.at.least(simulator.ledger.totals().costNanoUsd);
    expect([simulator.ledger.totals().billed, reservedNanoUsd]).to.deep.equal([2, 0]);
  });

  it('waits at the gate that a rate limit closes for all, without an attempt', async () => {
    const batchId = await finished(2, {}, { retries: 0 });
    const limited = {
      kind: 'status',
      status: 429,
      type: 'rate_limit_error',
      headers: { 'retry-after': '1' },
    } as const;
    simulator.set({ faults: [{ fault: limited, times: 1 }] });
    const waited = [await round(batchId)];
    while (waited.at(-1)!.waitMs !== null) {
      await new Promise((resolve) => setTimeout(resolve, waited.at(-1)!.waitMs!));
      waited.push(await round(batchId));
    }
    expect(waited[0]!.waitMs).to.be.within(900, 1_100);
    expect(await readSummary(db, batchId)).to.include({ state: 'made', calls: 1 });
  });

  for (const [code, make] of [
    ['analyzer_unauthorized', (batchId: string) => summarizeBatch(deps('sk-wrong'), batchId, never)],
    ['budget', round],
  ] as const) {
    it(`fails by ${code} without failing the batch, and is made when it is asked for again`, async () => {
      const batchId = await finished(2, {}, code === 'budget' ? { budgetNanoUsd: 10 } : {});
      expect(await make(batchId)).to.include({ waitMs: null });
      const told = (await readSummary(db, batchId))!;
      expect([told.state, told.failure?.code, told.text]).to.deep.equal(['failed', code, null]);
      expect(await finishBatch(db, batchId)).to.include({ finished: true, status: 'completed' });
      expect(simulator.ledger.totals().billed).to.equal(0);
      await db.query(`UPDATE batch_summaries SET state = 'due' WHERE batch_id = $1`, [batchId]);
      await db.query(
        `UPDATE processing_batches SET settings = settings || '{"budgetNanoUsd":1000000000}' WHERE id = $1`,
        [batchId],
      );
      await round(batchId);
      expect(await readSummary(db, batchId)).to.include({ state: 'made' });
      expect(await readUnsettled(db, batchId)).to.deep.equal([]);
    });
  }

  it('of a try that another has overtaken is not kept, but its bill is; a call that was cut off is counted', async () => {
    const batchId = await finished(2);
    const first = (await claimSummary(db, batchId))!;
    await db.query(
      `INSERT INTO budget_reservations (batch_id, document_id, epoch, worker_id, amount_nano_usd) VALUES ($1, $1, $2, $1, 5)`,
      [batchId, first.epoch],
    );
    await round(batchId);
    const made = await readSummary(db, batchId);
    const late = { state: 'made', summary: 'late', model: 'm', answersRead: 1, answers: 1 } as const;
    await endSummary(db, { batchId, epoch: first.epoch }, late);
    expect(await readSummary(db, batchId)).to.deep.equal(made);
    expect((await batchSnapshot(db, batchId)).money).to.include({
      interruptedNanoUsd: 5,
      reservedNanoUsd: 0,
    });
    expect(await isSummaryDue(db, batchId)).to.equal(false);
  });

  it('is all that a cancel cancels when every document is done', async () => {
    for (const bad of [0, 1]) {
      const batchId = await finished(2, {}, { notify: ['true'] }, bad);
      expect(await finishBatch(db, batchId)).to.include({ summarize: true });
      const { epoch } = (await claimSummary(db, batchId))!;
      await db.query(
        `INSERT INTO budget_reservations (batch_id, document_id, epoch, worker_id, amount_nano_usd) VALUES ($1, $1, $2, $1, 5)`,
        [batchId, epoch],
      );
      await orderControl(db, { batchId, control: 'cancel', now: true, actor: 'test', reason: null });
      const status = bad === 0 ? 'completed' : 'completed_with_failures';
      for (const time of [1, 2]) {
        expect(await cancelRemaining(db, batchId), `time ${time}`).to.deep.equal({
          ...{ status, total: 2 + bad, completed: 2, failed: bad },
        });
      }
      expect((await readSummary(db, batchId))!.failure?.code).to.equal('cancelled');
      expect((await batchSnapshot(db, batchId)).money).to.include({
        interruptedNanoUsd: 5,
        reservedNanoUsd: 0,
      });
      expect(await told(batchId)).to.deep.equal(['finished']);
    }
  });

  it('that is made after the end of its batch does not tell of that end again', async () => {
    const batchId = await finished(2, {}, { notify: ['true'] });
    await round(batchId);
    await finishBatch(db, batchId);
    await renewSummary(db, batchId);
    await reopenBatch(db, { batchId, actor: 'test', reason: 'summary', settings: {}, retry: null });
    await round(batchId);
    expect(await finishBatch(db, batchId)).to.include({ finished: true });
    expect(await told(batchId)).to.deep.equal(['finished']);
  });

  it('goes with the answers that it was made of when they are pruned', async () => {
    const batchId = await finished(2);
    await round(batchId);
    await finishBatch(db, batchId);
    await pruneResults(db, new Date(Date.now() + 1_000), 'test');
    expect(await readSummary(db, batchId)).to.deep.include({ state: 'failed', text: null, calls: 1 });
    const { rows } = await db.query('SELECT FROM summary_answers WHERE batch_id = $1', [batchId]);
    expect(rows).to.deep.equal([]);
    expect(await isSummaryDue(db, batchId)).to.equal(false);
  });

  it('is tried again when the database fails while answers are read', async () => {
    const batchId = await finished(2);
    let broken = true;
    const flaky: Database = {
      ...db,
      withClient: (work) => {
        if (!broken) return db.withClient(work);
        broken = false;
        return Promise.reject(new Error('Connection terminated unexpectedly'));
      },
    };
    await summarizeBatch({ ...deps(), db: flaky }, batchId, never);
    expect(await readSummary(db, batchId)).to.include({ state: 'made', failure: null });
  });

  async function told(batchId: string): Promise<string[]> {
    const { rows } = await db.query<{ event: string }>(
      'SELECT event FROM notifications WHERE batch_id = $1',
      [batchId],
    );
    return rows.map(({ event }) => event);
  }

  it('lets the call under way finish when the batch is paused, and cuts it off when it must stop at once', async () => {
    for (const now of [false, true]) {
      const batchId = await finished(2);
      simulator.ledger.clear();
      simulator.set({ latencyMs: 700 });
      const stop = new AbortController();
      const running = round(batchId, stop.signal);
      await until('the call is sent', () =>
        simulator.ledger.entries.some(({ endpoint }) => endpoint === 'messages'),
      );
      await orderControl(db, { batchId, control: 'pause', now, actor: 'test', reason: null });
      stop.abort(new Error('CANCELLED'));
      await running;
      const { state } = (await readSummary(db, batchId))!;
      expect(state).to.equal(now ? 'due' : 'made');
    }
  });
});
