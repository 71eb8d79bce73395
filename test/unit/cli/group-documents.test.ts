import { expect } from 'chai';
import { groupDocuments } from '../../../cli/group-documents.ts';
import type { CliContext } from '../../../cli/context.ts';
import type { Database } from '../../../src/db/database.ts';

describe('grouping by type', () => {
  it('takes a large group in one go', async () => {
    const documents = Array.from({ length: 200_000 }, (_, n) => ({
      ...{ uri: `file:///${n}`, type: n % 100_000 === 0 ? 'pdf' : 'txt', sizeBytes: 1 },
      ...{ contentSha256: null, containerUri: null, memberPath: null },
    }));
    // By type it needs neither.
    const groups = await groupDocuments({} as CliContext, {} as Database, documents, 'type');
    expect(groups.map(({ name, sizeBytes }) => [name, sizeBytes])).to.deep.equal([
      ['txt', 199_998],
      ['pdf', 2],
    ]);
  });
});
