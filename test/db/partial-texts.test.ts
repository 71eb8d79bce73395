import { expect } from 'chai';
import type { Database } from '../../src/db/database.ts';
import { cachedResults, loadText } from '../../src/db/texts.ts';
import type { Extraction } from '../../src/domain/extraction.ts';
import { partialVersion } from '../../src/domain/ocr.ts';
import { claimed, commit, newBatch, outcome } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

const whole = 'pdf/4.1+ocr/1.eng';
const textOf = (extractorVersion: string): Extraction => ({
  markdown: 'Invoice',
  parts: [],
  images: [],
  metadata: { mimeType: 'application/pdf', words: 1, characters: 7 },
  warnings: [],
  children: [],
  extractorVersion,
});

describe('texts that were not read to their end', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  it('are replaced by whole ones, and their answers are given to no other document', async () => {
    const batchId = await newBatch(db, 2);
    const items = await claimed(db, batchId);
    const [first, second] = items;
    const shas = items.map(({ contentSha256 }) => contentSha256!);
    await commit(db, batchId, [
      outcome(first!, { result: 'part', text: textOf(partialVersion(whole)) }),
      outcome(second!, { result: 'all', text: textOf(whole) }),
    ]);
    const { rows } = await db.query<{ recipe: number }>(
      'SELECT recipe_id AS recipe FROM processing_batches WHERE id = $1',
      [batchId],
    );
    const known = await cachedResults(db, rows[0]!.recipe, shas);
    expect([...known]).to.deep.equal([[shas[1], 'all']]);
    expect(await loadText(db, shas[0]!, whole)).to.equal(null);

    const again = await newBatch(db, 1);
    const [item] = await claimed(db, again);
    const text = textOf(whole);
    await commit(db, again, [outcome(item!, { contentSha256: shas[0]!, result: 'all', text })]);
    expect((await loadText(db, shas[0]!, whole))?.extraction.markdown).to.equal('Invoice');
    expect(await loadText(db, shas[0]!, 'pdf/4.1')).to.equal(null);
  });
});
