import { expect } from 'chai';
import { createTurns } from '../../../src/engine/turns.ts';

describe('turns', () => {
  it('come in the order of arrival, however long each takes', async () => {
    const takeTurn = createTurns(5_000);
    const order: number[] = [];
    const work = async (n: number, ms: number) => {
      const turn = takeTurn();
      await turn.ready;
      await new Promise((resolve) => setTimeout(resolve, ms));
      order.push(n);
      turn.end();
    };
    await Promise.all([work(1, 30), work(2, 0), work(3, 10), work(4, 0)]);
    expect(order).to.deep.equal([1, 2, 3, 4]);
  });

  it('pass by one that does not end', async () => {
    const takeTurn = createTurns(20);
    const stuck = takeTurn();
    await stuck.ready;
    const next = takeTurn();
    await next.ready;
  });
});
