import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recipeOf } from '../../src/analyze/recipe-of.ts';
import type { Database } from '../../src/db/database.ts';
import { defaultSettings } from '../../src/domain/batch.ts';
import { prepareBatch } from '../../src/intake/prepare-batch.ts';
import type { WantedBatch } from '../../src/intake/prepare-batch.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

describe('preparing a batch', () => {
  let test: TestDatabase;
  let db: Database;
  let folder: string;
  before(async () => {
    test = await testDatabase();
    db = test.db;
    folder = await mkdtemp(join(tmpdir(), 'docbatch-prepare-'));
    await writeFile(join(folder, 'a.txt'), 'a');
  });
  after(async () => {
    await test.drop();
    await rm(folder, { recursive: true });
  });

  it('asks for agreement with the documents chosen and no transaction open, and leaves nothing when it is refused', async () => {
    const batchId = randomUUID();
    let listed = 0;
    const agree = async (): Promise<void> => {
      // Seen from another connection only when it is committed.
      listed = (await count('batch_candidates WHERE batch_id = $1', batchId)) ?? 0;
      throw new Error('too expensive');
    };
    const refused = await prepareBatch(db, wanted(batchId, agree)).catch((error: unknown) => error);
    expect((refused as Error).message).to.equal('too expensive');
    expect(listed).to.equal(1);
    expect(await count('batch_candidates WHERE batch_id = $1', batchId)).to.equal(0);
    expect(await count('processing_batches WHERE id = $1', batchId)).to.equal(0);
    expect((await prepareBatch(db, wanted(batchId))).chosen).to.equal(1);
    expect(await count('processing_batches WHERE id = $1', batchId)).to.equal(1);
  });

  async function count(from: string, batchId: string): Promise<number | undefined> {
    const { rows } = await db.query<{ n: number }>(`SELECT COUNT(*)::int AS n FROM ${from}`, [batchId]);
    return rows[0]?.n;
  }

  function wanted(batchId: string, agree?: WantedBatch['agree']): WantedBatch {
    return {
      batchId,
      sources: [{ kind: 'file', path: join(folder, 'a.txt') }],
      selection: { all: false, rerun: 'none', limit: null, sample: null },
      name: undefined,
      recipe: recipeOf('local'),
      settings: defaultSettings,
      detached: false,
      origin: 'cli',
      actor: 'test',
      signal: new AbortController().signal,
      onFound: () => undefined,
      ...(agree === undefined ? {} : { agree }),
    };
  }
});
