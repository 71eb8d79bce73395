import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { insertBatch } from '../../src/db/batches.ts';
import { selectCandidates } from '../../src/db/candidates.ts';
import type { Database } from '../../src/db/database.ts';
import { registerDocuments } from '../../src/db/documents.ts';
import { planPage } from '../../src/db/planning.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import { defaultSettings } from '../../src/domain/batch.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

const DOCUMENTS = 200;

describe('two batches that chose the same documents', () => {
  let test: TestDatabase;
  let db: Database;
  beforeEach(async () => {
    test = await testDatabase();
    db = test.db;
    const documents = Array.from({ length: DOCUMENTS }, (_, index) => ({
      uri: `file:///${index}`,
      name: String(index),
      sourceRoot: '/',
      sizeBytes: 1,
      mimeType: null,
      modifiedAt: new Date(0),
      contentSha256: String(index),
    }));
    await registerDocuments(db, documents);
  });
  afterEach(() => test.drop());

  it('leave to the other what it has finished in the meantime', async () => {
    const [first, second] = [await chosen(), await chosen()];
    await planPage(db, first);
    await finishItems(first);
    await planPage(db, second);
    expect(await itemsOf(second)).to.equal(0);
  });

  it('leave PostgreSQL with the count of their rows, or it would read all of them at each commit', async () => {
    await planPage(db, await chosen());
    const { rows } = await db.query<{ reltuples: number }>(
      `SELECT reltuples FROM pg_class WHERE relname = 'batch_items'`,
    );
    expect(rows[0]!.reltuples).to.equal(DOCUMENTS);
  });

  it('never hold a document both, also when one plans while the other finishes', async () => {
    const [first, second] = [await chosen(), await chosen()];
    await Promise.all([
      planPage(db, first).then(() => finishItems(first)),
      planPage(db, second).then(() => finishItems(second)),
    ]);
    expect((await itemsOf(first)) + (await itemsOf(second))).to.equal(DOCUMENTS);
  });

  it('take again what was finished before they were chosen, when asked to', async () => {
    const first = await chosen();
    await planPage(db, first);
    await finishItems(first);
    const again = await chosen('all');
    await planPage(db, again);
    expect(await itemsOf(again)).to.equal(DOCUMENTS);
  });

  async function chosen(rerun: 'none' | 'all' = 'none'): Promise<string> {
    const batchId = randomUUID();
    await db.transaction(async (tx) => {
      const recipe = {
        analyzer: 'local',
        analyzerKey: 'local/1',
        profile: null,
        model: null,
        parameters: {},
      };
      const recipeId = await saveRecipe(tx, recipe);
      await selectCandidates(tx, { batchId, recipeId, rerun, all: true, limit: null, sample: null });
      const row = { id: batchId, name: batchId, recipeId, settings: defaultSettings, detached: false };
      await insertBatch(tx, { ...row, origin: 'cli', actor: 'test' });
    });
    return batchId;
  }

  async function finishItems(batchId: string): Promise<void> {
    await db.query(
      `WITH done AS (UPDATE batch_items SET state = 'completed', finished_at = clock_timestamp()
         WHERE batch_id = $1 RETURNING document_id)
       UPDATE file_document d SET status = 'processed' FROM done WHERE d.id = done.document_id`,
      [batchId],
    );
  }

  async function itemsOf(batchId: string): Promise<number> {
    const { rows } = await db.query<{ count: number }>(
      'SELECT COUNT(*)::int AS count FROM batch_items WHERE batch_id = $1',
      [batchId],
    );
    return rows[0]!.count;
  }
});
