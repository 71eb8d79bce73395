import { expect } from 'chai';
import type { AnalyzerDeps } from '../../../src/analyze/create-analyzer.ts';
import { analyzerName, createAnalyzer } from '../../../src/analyze/create-analyzer.ts';
import { redact } from '../../../src/redact.ts';
import { documentOf, never } from './support.ts';

const deps: AnalyzerDeps = {
  answerLocally: ({ name }, timeoutMs) => Promise.resolve({ name, timeoutMs }),
  env: process.env,
};

describe('createAnalyzer', () => {
  it('makes each kind from its spec', () => {
    expect(createAnalyzer('local', deps)).to.include({ name: 'local', provider: 'local', makesCalls: false });
    expect(createAnalyzer('exec: cat', deps)).to.include({ name: 'exec', makesCalls: false });
    expect(createAnalyzer('https://host:8443/a?k=1', deps)).to.include({
      name: 'http',
      provider: 'https://host:8443',
      makesCalls: true,
    });
  });

  it('hands the document to the sandbox for `local`', async () => {
    const analysis = await createAnalyzer('local', deps).analyze(documentOf({ timeoutMs: 70 }), never);
    expect(analysis).to.deep.equal({
      answer: { name: 'letter.txt', timeoutMs: 70 },
      calls: 0,
      callsOk: 0,
    });
  });

  for (const spec of ['', 'locale', 'exec:', 'exec:  ', 'http://', 'ftp://host', 'LOCAL']) {
    it(`refuses \`${spec}\` and says what was expected`, () => {
      expect(() => createAnalyzer(spec, deps)).to.throw(
        Error,
        /^Expected `--analyzer` to be `local`, `exec:<command>`, .* got `/,
      );
      expect(() => analyzerName(spec)).to.throw(Error);
    });
  }

  it('never shows credentials of a wrong spec', () => {
    expect(() => createAnalyzer('ftp://me:pw@host/?key=k', deps)).to.throw(
      Error,
      /`ftp:\/\/me:\[redacted\]@host\/\?\[redacted\]`/,
    );
  });
});

describe('redact', () => {
  it('replaces password, token and query of every address', () => {
    expect(redact('see https://a:b@c/d?e=f and postgres://token@h/db.')).to.equal(
      'see https://a:[redacted]@c/d?[redacted] and postgres://[redacted]@h/db.',
    );
  });

  it('leaves other text as it is', () => {
    const text = 'Why? a@b.example wrote to https://c.example/d';
    expect(redact(text)).to.equal(text);
  });
});
