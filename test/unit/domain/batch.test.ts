import { expect } from 'chai';
import fc from 'fast-check';
import { BatchStatus, ExitCode, exceedsFailureBudget, exitCodeFor } from '../../../src/domain/batch.ts';

const count = fc.nat({ max: 100_000 });

describe('the failure budget', () => {
  it('is never exceeded without a limit', () => {
    fc.assert(
      fc.property(
        count,
        count,
        fc.boolean(),
        (failed, total, planned) => !exceedsFailureBudget(null, failed, total, planned),
      ),
    );
  });

  it('as a count allows exactly that many failures, whatever the total', () => {
    fc.assert(
      fc.property(count, count, fc.boolean(), (limit, total, planned) => {
        expect(exceedsFailureBudget({ count: limit }, limit, total, planned)).to.equal(false);
        expect(exceedsFailureBudget({ count: limit }, limit + 1, total, planned)).to.equal(true);
      }),
    );
  });

  it('as a percentage allows exactly that share of all items, once they are planned', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 100_000 }),
        (percent, total) => {
          const allowed = Math.floor((percent * total) / 100);
          expect(exceedsFailureBudget({ percent }, allowed, total, true)).to.equal(false);
          expect(exceedsFailureBudget({ percent }, allowed + 1, total, true)).to.equal(true);
          expect(exceedsFailureBudget({ percent }, allowed + 1, total, false)).to.equal(false);
        },
      ),
    );
  });

  it('stays exceeded when more items fail', () => {
    const limit = fc.oneof(fc.record({ count }), fc.record({ percent: fc.integer({ min: 0, max: 100 }) }));
    fc.assert(
      fc.property(limit, count, count, count, (maxFailures, failed, more, total) => {
        fc.pre(exceedsFailureBudget(maxFailures, failed, total, true));
        return exceedsFailureBudget(maxFailures, failed + more, total, true);
      }),
    );
  });
});

describe('the exit code', () => {
  const promised = {
    completed: 0,
    completed_with_failures: 2,
    halted: 3,
    cancelled: 4,
    terminated: 4,
    paused: 130,
    pending: 130,
    processing: 130,
    finalizing: 130,
  };

  it('is the promised one for every status', () => {
    for (const status of Object.values(BatchStatus)) {
      expect(exitCodeFor(status, null), status).to.equal(promised[status]);
    }
  });

  it('is 5 for a batch that its money budget paused, and for no other reason', () => {
    expect(exitCodeFor('paused', 'budget')).to.equal(ExitCode.budget);
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(BatchStatus)),
        fc.string(),
        (status, reason) =>
          (status === 'paused' && reason === 'budget') || exitCodeFor(status, reason) !== ExitCode.budget,
      ),
    );
  });

  it('is 0 only when everything completed', () => {
    for (const status of Object.values(BatchStatus)) {
      expect(exitCodeFor(status, null) === 0, status).to.equal(status === 'completed');
    }
  });
});
