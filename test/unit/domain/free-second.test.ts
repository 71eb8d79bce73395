import { expect } from 'chai';
import { freeSecondInMs } from '../../../src/domain/free-second.ts';

describe('freeSecondInMs', () => {
  it('is nothing while no run is near', () => {
    expect(freeSecondInMs(30_000, [])).to.equal(0);
    expect(freeSecondInMs(30_000, [0, 60_000])).to.equal(0);
  });

  it('waits until the second of a run is over', () => {
    expect(freeSecondInMs(60_800, [60_000, 120_000])).to.equal(400);
    expect(freeSecondInMs(7_900, [7_300])).to.equal(300);
  });

  it('does not start into the second of the run that comes', () => {
    expect(freeSecondInMs(59_700, [60_000])).to.equal(1_500);
  });

  it('passes several seconds that are taken in a row, in whatever order they are named', () => {
    expect(freeSecondInMs(5_100, [6_000, 5_000])).to.equal(2_100);
  });
});
