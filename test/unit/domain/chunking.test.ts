import { expect } from 'chai';
import fc from 'fast-check';
import { chunkWindow } from '../../../src/domain/chunking.ts';

const batch = fc.record({
  parallel: fc.integer({ min: 1, max: 1_000 }),
  batchSize: fc.integer({ min: 1, max: 500 }),
  liveWorkers: fc.nat({ max: 100 }),
});

describe('the window of chunks', () => {
  it('is between 4 and 50 chunks wide', () => {
    fc.assert(fc.property(batch, (given) => chunkWindow(given) >= 4 && chunkWindow(given) <= 50));
  });

  it('holds four times what fits in the slots, and one chunk per worker, below its limit', () => {
    fc.assert(
      fc.property(batch, (given) => {
        const window = chunkWindow(given);
        return (
          window === 50 ||
          (window - given.liveWorkers) * given.batchSize >= 4 * given.parallel ||
          window === 4
        );
      }),
    );
    expect(chunkWindow({ parallel: 5, batchSize: 50, liveWorkers: 1 })).to.equal(4);
    expect(chunkWindow({ parallel: 50, batchSize: 50, liveWorkers: 2 })).to.equal(6);
    expect(chunkWindow({ parallel: 50, batchSize: 4, liveWorkers: 1 })).to.equal(50);
  });

  it('never gets narrower with more slots or more workers', () => {
    fc.assert(
      fc.property(batch, fc.nat({ max: 100 }), fc.nat({ max: 10 }), (given, slots, workers) => {
        const more = { ...given, parallel: given.parallel + slots, liveWorkers: given.liveWorkers + workers };
        return chunkWindow(more) >= chunkWindow(given);
      }),
    );
  });
});
