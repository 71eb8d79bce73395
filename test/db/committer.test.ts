import { expect } from 'chai';
import type { Json } from '../../src/domain/analyzer.ts';
import type { Database } from '../../src/db/database.ts';
import type { Outcome } from '../../src/db/commit-outcomes.ts';
import { createCommitter } from '../../src/engine/committer.ts';
import { claimed, commit, newBatch, outcome } from '../support/batch-rows.ts';
import { expectCountersEqualItems } from '../support/counters.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('a group commit', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  /** Adds all at once; the ids that were written, and the sizes of the groups that were tried. */
  const store = async (batchId: string, outcomes: readonly Outcome[]) => {
    const sizes: number[] = [];
    const committer = createCommitter({
      commit: (group) => {
        sizes.push(group.length);
        return commit(db, batchId, group);
      },
      beforeCommit: () => Promise.resolve(null),
      onCommitted: () => undefined,
      isUrgent: () => false,
    });
    const settled = outcomes.map(
      (given) =>
        new Promise<boolean>((resolve, reject) =>
          committer.add({ uri: given.documentId, outcome: given, settle: resolve, fail: reject }),
        ),
    );
    return { written: await Promise.all(settled), sizes };
  };
  const states = async (batchId: string) => {
    const { rows } = await db.query<{ state: string; code: string | null }>(
      'SELECT state, failure_code AS code FROM batch_items WHERE batch_id = $1 ORDER BY position',
      [batchId],
    );
    return rows.map(({ state, code }) => code ?? state);
  };

  it('is halved until the document whose value PostgreSQL refuses is alone; the others lose nothing', async () => {
    await db.query(`ALTER TABLE document_results ADD CONSTRAINT poison CHECK (result <> '"poison"')`);
    const batchId = await newBatch(db, 16);
    const items = await claimed(db, batchId);
    const { written, sizes } = await store(
      batchId,
      items.map((item, n) => outcome(item, { result: n === 5 ? 'poison' : n })),
    );
    expect(written).to.deep.equal(Array(16).fill(true));
    expect(sizes).to.deep.equal([16, 8, 4, 4, 2, 1, 1, 1, 2, 8]);
    expect(await states(batchId)).to.deep.equal(items.map((_, n) => (n === 5 ? 'unstorable' : 'completed')));
    await expectCountersEqualItems(db, batchId);
  });

  it('costs only itself when an answer is too deep to become JSON, or holds NUL and lone surrogates', async () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    const batchId = await newBatch(db, 3);
    const [first, second, third] = await claimed(db, batchId);
    await store(batchId, [
      outcome(first!, { result: deep }),
      outcome(second!, { result: { 'a\0': 'b\0c\ud800' } }),
      outcome(third!),
    ]);
    expect(await states(batchId)).to.deep.equal(['unstorable', 'completed', 'completed']);
    const { rows } = await db.query(
      'SELECT result FROM document_results WHERE batch_id = $1 AND document_id = $2',
      [batchId, second!.documentId],
    );
    expect(rows).to.deep.equal([{ result: { a: 'bc\ufffd' } }]);
  });
});
