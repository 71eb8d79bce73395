import { expect } from 'chai';
import fc from 'fast-check';
import { nextAttempt } from '../../../src/domain/retry.ts';

const settings = fc.record({
  retries: fc.nat({ max: 20 }),
  retryDelayMs: fc.integer({ min: 1, max: 600_000 }),
});
const HOUR_MS = 3_600_000;

describe('the next try of a document', () => {
  it('comes after 2, 4 and 8 s by default, and then not at all', () => {
    const waits = [1, 2, 3, 4].map((made) =>
      nextAttempt({ retries: 3, retryDelayMs: 2_000 }, made, undefined),
    );
    expect(waits).to.deep.equal([2_000, 4_000, 8_000, null]);
  });

  it('comes exactly as often as `--retries` says', () => {
    fc.assert(
      fc.property(settings, fc.option(fc.nat(), { nil: undefined }), (given, retryAfterMs) => {
        const tries = Array.from({ length: given.retries + 5 }, (_, index) =>
          nextAttempt(given, index + 1, retryAfterMs),
        );
        return tries.filter((wait) => wait !== null).length === given.retries;
      }),
    );
  });

  it('never waits shorter than the time before, nor longer than an hour', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 1, max: 20 }), (given, made) => {
        const [before, after] = [
          nextAttempt(given, made, undefined),
          nextAttempt(given, made + 1, undefined),
        ];
        return before === null || (before <= HOUR_MS && (after === null || after >= before));
      }),
    );
  });

  it('waits as long as the other side asked', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: HOUR_MS }),
        (retryAfterMs) => nextAttempt({ retries: 1, retryDelayMs: 2_000 }, 1, retryAfterMs) === retryAfterMs,
      ),
    );
  });
});
