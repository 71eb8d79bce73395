import { expect } from 'chai';
import fc from 'fast-check';
import { shownLine } from '../../src/analyze/shown-line.ts';
import { redact } from '../../src/redact.ts';

const secret = fc.stringMatching(/^[A-Za-z0-9_-]{12,40}$/);

describe('what is shown', () => {
  it('has no password of an address', () => {
    fc.assert(
      fc.property(secret, (password) => {
        const line = `connect postgres://docbatch:${password}@db.example:5432/x failed`;
        return !redact(line).includes(password);
      }),
    );
  });

  it('has no key or token, however it is written', () => {
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom('password=', 'api_key: ', '"token": "', 'Authorization: Bearer ', "x-api-key='"),
        (key, before) => !redact(`${before}${key}`).includes(key),
      ),
    );
    expect(redact('key sk-ant-api03-abcdefghijklmnop used')).to.equal('key sk-ant-ap[redacted] used');
    expect(redact('GET https://h/a?key=abc failed')).to.equal('GET https://h/a?[redacted] failed');
  });

  it('keeps text without secrets', () => {
    const harmless = 'read 12 files from /data/in in 3 s; see https://example.org/docs';
    expect(redact(harmless)).to.equal(harmless);
  });

  it('is one line without control characters, no longer than asked, and well-formed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (line, maxChars) => {
        const shown = shownLine(line, maxChars);
        return shown.length <= maxChars && !/[\u0000-\u001f\u007f]/.test(shown) && shown.isWellFormed();
      }),
    );
  });
});
