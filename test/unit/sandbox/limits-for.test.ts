import { expect } from 'chai';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { limitsFor } from '../../../src/sandbox/limits-for.ts';

describe('limits of one rendering', () => {
  it('gives each of many pictures its share of what all may have, and no more than one may have', () => {
    const order = (count: number) => ({
      pages: Array.from({ length: count }, (_, n) => ({ page: n + 1, widthPx: 1, heightPx: 1, scale: 1 })),
      maxPdfBytes: 20_000_000,
    });
    expect(limitsFor(order(20), defaultLimits).maxPictureBytes).to.equal(1_000_000);
    expect(limitsFor(order(1), defaultLimits)).to.deep.equal(defaultLimits);
  });
});
