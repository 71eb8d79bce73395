import { expect } from 'chai';
import fc from 'fast-check';
import { formatDuration, formatRange, progressOf } from '../../../src/domain/progress.ts';

const n = fc.nat({ max: 10_000 });
const counts = fc
  .record({
    completed: n,
    failed: n,
    skipped: n,
    cancelled: n,
    pending: n,
    processing: n,
    retrying: n,
    review: n,
  })
  .map((states) => ({ ...states, total: Object.values(states).reduce((sum, count) => sum + count, 0) }));
const activeMs = fc.nat({ max: 10_000_000 });

describe('progress', () => {
  it('counts every terminal item as finished, and none that is open', () => {
    fc.assert(
      fc.property(counts, activeMs, (given, ms) => {
        const open = given.pending + given.processing + given.retrying;
        return progressOf(given, ms).finished === given.total - open;
      }),
    );
  });

  it('says nothing about rate and time left before something was finished', () => {
    fc.assert(
      fc.property(n, activeMs, (pending, ms) => {
        const none = {
          completed: 0,
          failed: 0,
          skipped: 0,
          cancelled: 0,
          processing: 0,
          retrying: 0,
          review: 0,
        };
        expect(progressOf({ ...none, pending, total: pending }, ms)).to.deep.equal({
          finished: 0,
          perMinute: null,
          leftMs: null,
        });
      }),
    );
  });

  it('gives a range that holds what the observed rate would take, and ends at nothing left', () => {
    fc.assert(
      fc.property(counts, activeMs, (given, ms) => {
        const { finished, perMinute, leftMs } = progressOf(given, ms);
        fc.pre(perMinute !== null && leftMs !== null);
        const plain = ((given.total - finished) * 60_000) / perMinute;
        const slack = 1e-6 * (plain + 1);
        expect(leftMs.from).to.be.within(0, plain + slack);
        expect(leftMs.to).to.be.at.least(plain - slack);
        if (finished === given.total) expect(leftMs).to.deep.equal({ from: 0, to: 0 });
      }),
    );
  });

  it('counts nothing as worked that was cancelled, and promises no time to what waits for a retry', () => {
    const none = {
      completed: 0,
      failed: 0,
      review: 0,
      skipped: 0,
      cancelled: 0,
      pending: 0,
      processing: 0,
      retrying: 0,
    };
    const cancelled = progressOf({ ...none, completed: 10, cancelled: 90, total: 100 }, 60_000);
    expect(cancelled).to.include({ finished: 100, perMinute: 10 });
    const waiting = progressOf({ ...none, completed: 30, retrying: 1, total: 31 }, 60_000);
    expect(waiting).to.include({ perMinute: 30, leftMs: null });
  });

  it('narrows the range as more is known', () => {
    const spread = (completed: number) => {
      const rest = {
        failed: 0,
        skipped: 0,
        cancelled: 0,
        pending: 1_000,
        processing: 0,
        retrying: 0,
        review: 0,
      };
      const { leftMs } = progressOf({ ...rest, completed, total: completed + 1_000 }, completed * 100);
      return leftMs!.to - leftMs!.from;
    };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_000 }),
        fc.nat({ max: 1_000 }),
        (few, more) => spread(few + more) <= spread(few) + 1e-6,
      ),
    );
  });
});

describe('a duration', () => {
  it('is written with two units at most', () => {
    const written = [0, 850, 12_000, 185_000, 120_000, 7_800_000, 7_200_000].map(formatDuration);
    expect(written).to.deep.equal(['0 ms', '850 ms', '12 s', '3 min 5 s', '2 min', '2 h 10 min', '2 h']);
  });

  it('is never off by more than its smallest unit shown', () => {
    const unitMs = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const;
    fc.assert(
      fc.property(fc.nat({ max: 400_000_000 }), (ms) => {
        const parts = [...formatDuration(ms).matchAll(/(\d+) (ms|s|min|h)/g)].map(([, count, unit]) => ({
          ms: Number(count) * unitMs[unit as keyof typeof unitMs],
          unit: unitMs[unit as keyof typeof unitMs],
        }));
        const shown = parts.reduce((sum, part) => sum + part.ms, 0);
        const finest = ms >= 3_600_000 ? 60_000 : Math.min(...parts.map((part) => part.unit), 1_000);
        return Math.abs(shown - ms) <= finest;
      }),
    );
  });

  it('never counts the time left in milliseconds', () => {
    const shown = [
      [0, 999],
      [273, 4_000],
      [11_900, 12_100],
      [3_000, 20_000],
    ].map(([from, to]) => formatRange({ from: from!, to: to! }));
    expect(shown).to.deep.equal(['under 1 s', 'up to 4 s', 'about 12 s', '3 s to 20 s']);
  });
});
