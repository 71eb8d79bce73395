import { expect } from 'chai';
import { warnOfAnswers } from '../../../cli/check-out-folder.ts';
import type { Source } from '../../../src/sources/resolve-sources.ts';

describe('warnOfAnswers', () => {
  const said = (outDir: string | null, ...sources: Source[]) => {
    const lines: string[] = [];
    warnOfAnswers({ err: (text) => lines.push(text) }, outDir, sources);
    return lines.length;
  };
  const folder = (path: string): Source => ({ kind: 'folder', path });
  const glob = (pattern: string): Source => ({ kind: 'glob', pattern, cwd: '/docs' });

  it('tells when the next run would take the answers for documents', () => {
    expect(said('/docs/answers', folder('/other'), folder('/docs'))).to.equal(1);
    expect(said('/docs', folder('/docs'))).to.equal(1);
    expect(said('/docs/mail/answers', glob('mail/**/*.json'))).to.equal(1);
  });

  it('says nothing of a folder outside, or of one that is left out', () => {
    expect(said(null, folder('/docs'))).to.equal(0);
    expect(said('/answers', folder('/docs'))).to.equal(0);
    expect(said('/docs-answers', folder('/docs'))).to.equal(0);
    expect(said('/docs/.answers/today', folder('/docs'))).to.equal(0);
    expect(said('/docs/answers', { kind: 'file', path: '/docs/a.txt' }, glob('*.txt'))).to.equal(0);
  });
});
