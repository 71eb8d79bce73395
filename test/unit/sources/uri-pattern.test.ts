import { expect } from 'chai';
import { pathToFileURL } from 'node:url';
import { uriPattern } from '../../../src/sources/glob.ts';

const matches = (glob: string, path: string) => new RegExp(uriPattern(glob)).test(pathToFileURL(path).href);

describe('uriPattern', () => {
  it('matches names, not parts of names', () => {
    expect(matches('*.pdf', '/in/a.pdf')).to.equal(true);
    expect(matches('1.pdf', '/in/1.pdf')).to.equal(true);
    expect(matches('1.pdf', '/in/11.pdf')).to.equal(false);
    expect(matches('a+b(1).pdf', '/in/a+b(1).pdf')).to.equal(true);
    expect(matches('*.pdf', '/in/apdf')).to.equal(false);
  });

  it('matches paths, relative or absolute, and whole uris', () => {
    expect(matches('./2026/*', '/in/2026/a.txt')).to.equal(true);
    expect(matches('2026/*', '/in/2026/05/a.txt')).to.equal(false);
    expect(matches('2026/**', '/in/2026/05/a.txt')).to.equal(true);
    expect(matches('in/**/a.txt', '/in/a.txt')).to.equal(true);
    expect(matches('/in/*.txt', '/in/a.txt')).to.equal(true);
    expect(matches('file:///in/*.txt', '/in/a.txt')).to.equal(true);
  });

  it('knows choices, and what a uri escapes', () => {
    expect(matches('{a,b}.txt', '/in/b.txt')).to.equal(true);
    expect(matches('[!a].txt', '/in/a.txt')).to.equal(false);
    expect(matches('scan-0?.txt', '/in/scan-07.txt')).to.equal(true);
    expect(matches('r?sum?.txt', '/in/résumé.txt')).to.equal(true);
    expect(matches('résumé 100%.txt', '/in/résumé 100%.txt')).to.equal(true);
  });
});
