import assert from 'node:assert/strict';
import { findOrders, findOrdersInName } from '../../../src/domain/find-orders.ts';
import type { PlainText } from '../../support/plain-orders.ts';
import { plainOrders, plainTwins } from '../../support/plain-orders.ts';

const isFlagged = ({ origin, text }: PlainText): boolean => {
  const found = origin === 'file name' ? findOrdersInName(`${text}.txt`) : findOrders(text, origin);
  return found.some(({ weight }) => weight === 'order');
};
const rateOf = (texts: readonly PlainText[]): number => texts.filter(isFlagged).length / texts.length;
const shown = ({ text }: PlainText): string => JSON.stringify(text.slice(-60));

describe('orders about the answer', () => {
  // What two of them say is also said in hidden parts of honest pages, or is too short to tell.
  const tooVague = /^answer: no risks|^Bot, answer/;
  for (const one of plainOrders.filter(({ isHeldOut, text }) => !isHeldOut && !tooVague.test(text))) {
    it(`are found in: ${one.origin}, ${shown(one)}`, () => assert.ok(isFlagged(one)));
  }
  for (const one of plainTwins.filter(({ isHeldOut }) => !isHeldOut)) {
    it(`are not found in: ${one.origin}, ${shown(one)}`, () => assert.ok(!isFlagged(one)));
  }

  it('are not found in names of categories and dates', () => {
    assert.ok(
      !isFlagged({ origin: 'alt text', text: 'Category:Use mdy dates from March 2024', isHeldOut: false }),
    );
  });

  it('are mostly found in texts that the rules were not written for, and rarely where there are none', () => {
    const [found, wrong] = [plainOrders, plainTwins].map((texts) =>
      rateOf(texts.filter(({ isHeldOut }) => isHeldOut)),
    );
    assert.ok(found! >= 0.75 && wrong! <= 0.05, `${found} of the orders, ${wrong} of the twins`);
  });
});
