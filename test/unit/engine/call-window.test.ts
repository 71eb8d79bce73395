import { expect } from 'chai';
import { createCallWindow } from '../../../src/engine/call-window.ts';

describe('how many calls at once the other side bears', () => {
  const overload = (window: ReturnType<typeof createCallWindow>, inFlight: number) => {
    for (let nth = 0; nth < 5; nth++) window.overloaded(inFlight);
  };

  it('is without bound until it says that it is overloaded, and not for a single fault', () => {
    const window = createCallWindow();
    for (let nth = 0; nth < 200; nth++) {
      if (nth % 12 === 0) window.overloaded(50);
      else window.answered();
    }
    expect(window.size()).to.equal(Infinity);
  });

  it('hardly changes while 5 % of the calls fail by chance', () => {
    const window = createCallWindow();
    let random = 1;
    let sum = 0;
    for (let nth = 0; nth < 20_000; nth++) {
      random = (random * 48_271) % 2_147_483_647;
      const inFlight = Math.min(50, window.size());
      if (random / 2_147_483_647 < 0.05) window.overloaded(inFlight);
      else window.answered();
      sum += inFlight;
    }
    expect(sum / 20_000).to.be.greaterThan(40);
  });

  it('is halved by overload, again and again, down to one', () => {
    const window = createCallWindow();
    overload(window, 40);
    expect(window.size()).to.equal(20);
    overload(window, 20);
    expect(window.size()).to.equal(10);
    for (let nth = 0; nth < 9; nth++) overload(window, 10);
    expect(window.size()).to.equal(1);
  });

  it('rises by one with each round of good answers, up to what it was', () => {
    const window = createCallWindow();
    overload(window, 40);
    for (let nth = 0; nth < 21; nth++) window.answered();
    expect(window.size()).to.equal(21);
    for (let nth = 0; nth < 1_000; nth++) window.answered();
    expect(window.size()).to.equal(Infinity);
  });
});
