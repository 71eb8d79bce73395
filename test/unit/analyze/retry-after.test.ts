import { expect } from 'chai';
import fc from 'fast-check';
import { retryAfterMs } from '../../../src/analyze/retry-after.ts';

const nowMs = Date.parse('2026-03-01T12:00:00Z');

describe('retryAfterMs', () => {
  it('reads seconds', () => {
    expect(retryAfterMs('7', nowMs)).to.equal(7_000);
    expect(retryAfterMs(' 0.5 ', nowMs)).to.equal(500);
  });

  it('reads an HTTP date; one in the past means now', () => {
    expect(retryAfterMs('Sun, 01 Mar 2026 12:00:30 GMT', nowMs)).to.equal(30_000);
    expect(retryAfterMs('Sun, 01 Mar 2026 11:00:00 GMT', nowMs)).to.equal(0);
  });

  it('never waits longer than an hour', () => {
    expect(retryAfterMs('999999999', nowMs)).to.equal(3_600_000);
    expect(retryAfterMs('Mon, 02 Mar 2026 12:00:00 GMT', nowMs)).to.equal(3_600_000);
  });

  it('ignores what is neither', () => {
    for (const header of [undefined, '', '-5', 'soon', '1e9', 'NaN']) {
      expect(retryAfterMs(header, nowMs)).to.equal(undefined);
    }
  });

  it('gives a wait between 0 and an hour, or none, for any header', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const waitMs = retryAfterMs(header, nowMs);
        if (waitMs !== undefined) expect(waitMs).to.be.within(0, 3_600_000);
      }),
    );
  });
});
