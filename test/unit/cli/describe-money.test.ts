import { expect } from 'chai';
import { describeMoney } from '../../../cli/output/describe-money.ts';
import type { BatchSnapshot } from '../../../src/db/batch-snapshot.ts';
import { NANO_PER_USD } from '../../../src/domain/money.ts';

type Counts = BatchSnapshot['counts'];

describe('the costs to be expected', () => {
  const none: Counts = {
    ...{ total: 200, completed: 0, review: 0, failed: 0, skipped: 0, cancelled: 0 },
    ...{ pending: 100, processing: 0, retrying: 0 },
  };
  const money = {
    ...{ spentNanoUsd: NANO_PER_USD, interruptedNanoUsd: 0, reservedNanoUsd: 0, budgetNanoUsd: null },
    unknown: { calls: 0, nanoUsd: 0 },
    ...{ inputTokens: 1, outputTokens: 1, cacheReadTokens: 0 },
  };
  const told = (counts: Partial<Counts>) =>
    describeMoney({ money, model: 'm', counts: { ...none, ...counts } } as BatchSnapshot);

  it('count what waits for a person among what was paid', () => {
    expect(told({ completed: 90, review: 10 })).to.equal(told({ completed: 100 }));
    expect(told({ review: 100 })).to.contain('in all');
  });

  it('name what calls without an answer may cost more, apart from what is held for calls under way', () => {
    const cutOff = {
      unknown: { calls: 3, nanoUsd: 0.4 * NANO_PER_USD },
      interruptedNanoUsd: 0.1 * NANO_PER_USD,
    };
    const held = { ...money, ...cutOff, reservedNanoUsd: 0.5 * NANO_PER_USD };
    const text = describeMoney({ money: held, model: 'm', counts: none } as BatchSnapshot);
    expect(text).to.equal(
      'spent $1.00 · up to $0.40 more for 3 calls whose outcome is unknown · $0.20 reserved',
    );
  });
});
