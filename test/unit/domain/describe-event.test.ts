import assert from 'node:assert/strict';
import { describeEvent } from '../../../src/domain/describe-event.ts';

describe('an event in words', () => {
  it('is what a person said, else what it changed or counted', () => {
    assert.equal(describeEvent({ reason: 'lunch', detail: { total: 3 } }), 'lunch');
    assert.equal(describeEvent({ reason: null, detail: { total: 31, failed: 0 } }), 'total 31, failed 0');
  });

  it('tells money in USD', () => {
    const detail = { budgetNanoUsd: 3_000_000_000, parallel: 2 };
    assert.equal(describeEvent({ reason: null, detail }), 'budget $3.00, parallel 2');
  });
});
