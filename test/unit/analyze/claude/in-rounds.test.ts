import { expect } from 'chai';
import { inRounds } from '../../../../src/analyze/claude/in-rounds.ts';
import { permanent } from '../../../../src/domain/failure.ts';
import { AwaitsAnswers } from '../../../../src/domain/provider-batch.ts';

describe('rounds of questions about one document', () => {
  const answered = new Set<number>();
  const drawn: number[] = [];
  beforeEach(() => {
    answered.clear();
    drawn.length = 0;
  });

  const read = (piece: number): Promise<string> => {
    if (answered.has(piece)) return Promise.resolve(`answer ${piece}`);
    drawn.push(piece);
    return Promise.reject(
      new AwaitsAnswers([{ key: String(piece), body: 'x'.repeat(100), worstNanoUsd: 1 }]),
    );
  };
  const ask = async (pieces: readonly number[], maxBytes: number): Promise<number[]> => {
    const error = await inRounds(pieces, read, maxBytes).catch((reason: unknown) => reason);
    return error instanceof AwaitsAnswers ? error.requests.map(({ key }) => Number(key)) : expect.fail();
  };

  it('asks as much as may be held at once, the rest in the rounds after it, and each once', async () => {
    const pieces = [1, 2, 3, 4, 5];
    const rounds: number[][] = [];
    while (answered.size < pieces.length) {
      const round = await ask(pieces, 200);
      rounds.push(round);
      for (const piece of round) answered.add(piece);
    }
    expect(rounds).to.deep.equal([[1, 2], [3, 4], [5]]);
    expect(drawn).to.deep.equal(pieces);
    expect(await inRounds(pieces, read, 200)).to.have.length(5);
  });

  it('asks at least one, however large, and all together where they are small', async () => {
    expect(await ask([1, 2], 10)).to.deep.equal([1]);
    expect(await ask([1, 2, 3], 10_000)).to.deep.equal([1, 2, 3]);
  });

  it('asks nothing more about a document that has failed', async () => {
    const failure = permanent('refused', 'no', { stage: 'analyze' });
    const error = await inRounds([1, 2, 3], (piece) =>
      piece === 2 ? Promise.reject(failure) : read(piece),
    ).catch((reason: unknown) => reason);
    expect(error).to.equal(failure);
    expect(drawn).to.deep.equal([1]);
  });
});
