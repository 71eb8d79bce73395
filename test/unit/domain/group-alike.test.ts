import { expect } from 'chai';
import { chooseMode } from '../../../src/domain/choose-mode.ts';
import { groupAlike } from '../../../src/domain/group-alike.ts';
import { signatureOf, similarity } from '../../../src/domain/min-hash.ts';

const WORDS =
  'paper box quay ship letter house river bridge town road field stone water light green open'.split(' ');

/** A text of its own for each seed; `changed` of its words are others. */
function textOf(seed: number, length: number, changed = 0): string {
  let state = seed * 7919 + 1;
  const next = () => (state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff) >>> 8;
  const words = Array.from({ length }, () => `${WORDS[next() % WORDS.length]}${next() % 50}`);
  for (let n = 0; n < changed; n++) words[Math.floor(((n + 0.5) * length) / changed)] = `other${n}`;
  return words.join(' ');
}

describe('near duplicates', () => {
  it('share a group, and texts of their own do not', () => {
    const texts = Array.from({ length: 200 }, (_, n) => [textOf(n, 120), textOf(n, 120, 8)]).flat();
    const groups = groupAlike(texts.map(signatureOf));
    const together = groups.filter(
      (group) => group.length === 2 && group[0]! % 2 === 0 && group[1] === group[0]! + 1,
    );
    expect(together.length).to.be.at.least(190);
    expect(groups.every((group) => group.length <= 2)).to.equal(true);
  });

  it('are told by the words, not by case, marks and gaps', () => {
    expect(similarity(signatureOf('One, two; three.\nFour'), signatureOf('one TWO three four'))).to.equal(1);
    expect(similarity(signatureOf(textOf(1, 300)), signatureOf(textOf(2, 300)))).to.be.below(0.1);
  });
});

describe('the choice of the mode', () => {
  const facts = { deadlineMs: null, batchMs: 3_600_000, onlineMs: 60_000 };

  it('takes the batch for the cost, unless the deadline is too near for one', () => {
    expect(chooseMode({ ...facts, optimize: 'cost' }).analyzer).to.equal('claude-batch');
    expect(chooseMode({ ...facts, optimize: 'cost', deadlineMs: 600_000 }).analyzer).to.equal('claude');
    expect(chooseMode({ ...facts, optimize: 'cost', deadlineMs: 36_000_000 }).analyzer).to.equal(
      'claude-batch',
    );
  });

  it('goes online for the time, unless that takes longer than a batch', () => {
    expect(chooseMode({ ...facts, optimize: 'time' }).analyzer).to.equal('claude');
    expect(chooseMode({ ...facts, optimize: 'time', onlineMs: null }).analyzer).to.equal('claude');
    expect(chooseMode({ ...facts, optimize: 'time', onlineMs: 36_000_000 }).analyzer).to.equal(
      'claude-batch',
    );
  });
});
