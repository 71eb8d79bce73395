import { expect } from 'chai';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import type { Database } from '../../src/db/database.ts';
import { reopenBatch } from '../../src/db/reopen.ts';
import type { Extraction } from '../../src/domain/extraction.ts';
import { claimed, commit, failed, failure, newBatch, outcome } from '../support/batch-rows.ts';
import { expectCountersEqualItems } from '../support/counters.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('a batch whose first analyses are all refused', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  const refused = (
    item: ClaimedItem,
    message = `answered 400: bad schema (request req_${item.position})`,
    context: object = { status: 400 },
  ) =>
    outcome(item, { state: 'failed', failure: failure('permanent', 'analyzer_rejected', message, context) });
  const refuse = async (batchId: string, items: readonly ClaimedItem[]) =>
    commit(
      db,
      batchId,
      items.map((item) => refused(item)),
    );

  it('halts at the 20th refusal, blames no item, and keeps what was tried', async () => {
    const batchId = await newBatch(db, 30);
    const items = await claimed(db, batchId);
    expect((await refuse(batchId, items.slice(0, 19))).control).to.equal('run');
    const result = await refuse(batchId, items.slice(19, 20));
    expect(result).to.deep.include({ control: 'halt', totals: { total: 30, completed: 0, failed: 0 } });
    const { counts, reason, detail } = await batchSnapshot(db, batchId);
    expect(counts).to.include({ failed: 0, pending: 20, processing: 10 });
    expect(reason).to.equal('systematic_refusal');
    expect(detail).to.contain('answered 400: bad schema');
    const { rows } = await db.query(
      `SELECT error_category AS class, COUNT(*)::int AS count FROM processing_errors WHERE batch_id = $1 GROUP BY 1 ORDER BY 1`,
      [batchId],
    );
    expect(rows).to.deep.equal([
      { class: 'critical', count: 1 },
      { class: 'permanent', count: 20 },
    ]);
    await expectCountersEqualItems(db, batchId);
  });

  it('puts back those too that were in flight at the halt', async () => {
    const batchId = await newBatch(db, 30);
    const items = await claimed(db, batchId);
    await refuse(batchId, items.slice(0, 20));
    expect((await refuse(batchId, items.slice(20, 25))).totals.failed).to.equal(0);
    expect((await batchSnapshot(db, batchId)).counts).to.include({ failed: 0, pending: 25, processing: 5 });
    await expectCountersEqualItems(db, batchId);
  });

  it('goes on after resume, and halts again when the cause was not mended', async () => {
    const batchId = await newBatch(db, 30);
    await refuse(batchId, (await claimed(db, batchId)).slice(0, 20));
    const resume = { batchId, actor: 'test', reason: null, retry: null, settings: {} };
    await reopenBatch(db, resume);
    const again = await claimed(db, batchId);
    expect((await refuse(batchId, again.slice(0, 20))).control).to.equal('halt');
    await reopenBatch(db, resume);
    const mended = await claimed(db, batchId);
    await commit(db, batchId, [outcome(mended[0]!, { result: 1 })]);
    const result = await refuse(batchId, mended.slice(1));
    expect(result).to.deep.include({ control: 'run', totals: { total: 30, completed: 1, failed: 29 } });
    await expectCountersEqualItems(db, batchId);
  });

  it('goes on when one analysis succeeded, when the reasons differ, and below 20 documents', async () => {
    const oneGood = await newBatch(db, 30);
    const [first, ...others] = await claimed(db, oneGood);
    await commit(db, oneGood, [outcome(first!, { result: 1 })]);
    expect((await refuse(oneGood, others)).control).to.equal('run');

    const oneToReview = await newBatch(db, 30);
    const [held, ...rest] = await claimed(db, oneToReview);
    await commit(db, oneToReview, [
      outcome(held!, { state: 'review', failure: failure('permanent', 'injection_suspected') }),
    ]);
    expect((await refuse(oneToReview, rest)).control).to.equal('run');

    const different = await newBatch(db, 30);
    const items = await claimed(db, different);
    const reasons = items.map((item, index) =>
      refused(item, index % 2 === 0 ? 'too long' : 'no such language'),
    );
    expect((await commit(db, different, reasons)).control).to.equal('run');

    const small = await newBatch(db, 19);
    expect((await refuse(small, await claimed(db, small))).totals.failed).to.equal(19);
    expect((await batchSnapshot(db, small)).reason).to.equal(null);
  });

  it('leaves the blame with the documents for every other verdict, however many', async () => {
    for (const context of [{ status: 422 }, { status: 413 }, { exitCode: 65 }]) {
      const batchId = await newBatch(db, 30);
      const outcomes = (await claimed(db, batchId)).map((item) => refused(item, 'no', context));
      const { control, totals } = await commit(db, batchId, outcomes);
      expect([control, totals.failed]).to.deep.equal(['run', 30]);
    }
    const unreadable = await newBatch(db, 30);
    const failures = (await claimed(db, unreadable)).map((item) => failed(item));
    expect((await commit(db, unreadable, failures)).totals.failed).to.equal(30);
  });

  it('takes no archive, which no analyzer sees, for an analysis that succeeded', async () => {
    const batchId = await newBatch(db, 30);
    const [archive, ...others] = await claimed(db, batchId);
    const text = { markdown: '', isArchive: true, extractorVersion: 'zip/1' } as unknown as Extraction;
    await commit(db, batchId, [outcome(archive!, { text })]);
    expect((await refuse(batchId, others.slice(0, 20))).control).to.equal('halt');
    expect((await batchSnapshot(db, batchId)).counts).to.include({ completed: 1, failed: 0 });
    await expectCountersEqualItems(db, batchId);
  });

  it('takes no answer from the cache and no fault of reading for a verdict', async () => {
    const batchId = await newBatch(db, 30);
    const items = await claimed(db, batchId);
    await commit(db, batchId, [
      outcome(items[0]!, { result: 1, cached: true }),
      outcome(items[1]!, {
        state: 'failed',
        failure: { ...failure('permanent', 'corrupt'), stage: 'extract' },
      }),
    ]);
    expect((await refuse(batchId, items.slice(2, 22))).control).to.equal('halt');
    expect((await batchSnapshot(db, batchId)).counts).to.include({ completed: 1, failed: 1, pending: 20 });
    await expectCountersEqualItems(db, batchId);
  });
});
