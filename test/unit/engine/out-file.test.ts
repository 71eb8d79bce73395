import { basename } from 'node:path';
import { expect } from 'chai';
import { outPath } from '../../../src/engine/out-file.ts';

describe('the file of an answer', () => {
  const folder = { outDir: '/out', outBase: '/home/me' };
  const documentId = '00000000-0000-4000-8000-000000000000';

  it('lies under the folder as its document does', () => {
    const path = (uri: string) => outPath(folder, { uri, containerUri: null, documentId });
    expect(path('file:///home/me/docs/a.txt')).to.equal('/out/docs/a.txt.json');
    expect(path('file:///srv/a.txt')).to.equal('/out/srv/a.txt.json');
  });

  it('has a name that leaves room for ours, and for that of its half-written self', () => {
    const uri = `file:///home/me/${encodeURIComponent('é'.repeat(127))}`;
    const name = basename(outPath(folder, { uri, containerUri: null, documentId }));
    expect(Buffer.byteLength(`.${name}.10000.tmp`)).to.be.at.most(255);
    expect(name)
      .to.match(/^é+~.*\.json$/)
      .and.include(documentId);
  });
});
