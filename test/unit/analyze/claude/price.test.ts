import { expect } from 'chai';
import fc from 'fast-check';
import { priceOf } from '../../../../src/analyze/claude/price.ts';
import { formatUsd } from '../../../../src/domain/money.ts';
import { billOf, models } from '../../../support/claude-simulator/models.ts';

const today = new Date('2026-11-25T00:00:00Z');
const none = { input: 0, output: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };

describe('prices', () => {
  it('bill what the API bills, to the nano-dollar, online and in batches', () => {
    const tokens = fc.record({
      input: fc.nat(300_000),
      output: fc.nat(130_000),
      write5m: fc.nat(50_000),
      write1h: fc.nat(50_000),
      read: fc.nat(200_000),
    });
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(models)), tokens, fc.boolean(), (model, given, isBatch) => {
        const { input, output, write5m, write1h, read } = given;
        const ours = priceOf(model, today)!.costOf(
          { input, output, cacheWrite5m: write5m, cacheWrite1h: write1h, cacheRead: read },
          { isBatch },
        );
        expect(ours).to.equal(billOf(model, given, isBatch));
      }),
    );
  });

  it('depend on the whole prompt, cached tokens too', () => {
    const { costOf } = priceOf('claude-haiku-5-5', today)!;
    expect(costOf({ ...none, input: 100_000 })).to.equal(10_000_000);
    expect(costOf({ ...none, input: 100_001 })).to.equal(50_000_500);
    expect(costOf({ ...none, input: 1, cacheRead: 100_000 })).to.equal(5_000_500);
  });

  it('are those of the day, are rounded up once, and rise by a tenth within the US', () => {
    const read = { ...none, cacheRead: 1_000 };
    expect(priceOf('claude-sonnet-5-5', new Date('2026-10-01'))!.costOf(read)).to.equal(200_000);
    expect(priceOf('claude-sonnet-5-5', today)!.costOf(read)).to.equal(100_000);
    const { costOf } = priceOf('claude-haiku-5-5', today)!;
    expect(costOf({ ...none, cacheWrite5m: 1 }, { isBatch: true })).to.equal(63);
    expect(costOf({ ...none, input: 10 }, { isUsOnly: true })).to.equal(1_100);
  });

  it('can be the user’s own, and are unknown for models that nobody named', () => {
    const own = { 'my-model': { input: 0.07, output: 1 } };
    expect(priceOf('my-model', today, own)!.costOf({ ...none, input: 3, cacheRead: 1 })).to.equal(217);
    expect(priceOf('claude-none', today)).to.equal(undefined);
    expect(priceOf('claude-haiku-4-5-20251001', today)!.costOf({ ...none, input: 1 })).to.equal(1_000);
  });

  it('that are the user’s own rise with the length of the prompt as the shipped ones do', () => {
    const own = { 'claude-haiku-5-5': { input: 0.08, output: 0.25, cacheRead: 0.02 } };
    const { tiers } = priceOf('claude-haiku-5-5', today, own)!;
    const rounded = tiers.map((tier) =>
      Object.fromEntries(Object.entries(tier).map(([key, price]) => [key, Math.round(price * 1e6) / 1e6])),
    );
    const [short, long] = rounded;
    const cached = { cacheWrite5m: 0.1, cacheWrite1h: 0.16, cacheRead: 0.02 };
    expect(short).to.deep.equal({ upToTokens: 100_000, input: 0.08, output: 0.25, ...cached });
    expect(long).to.deep.include({ input: 0.4, output: 1.25, cacheWrite5m: 0.5, cacheRead: 0.1 });
    expect(priceOf('claude-haiku-5-5', today, own)!.costOf({ ...none, input: 100_001 })).to.equal(40_000_400);
    const opus = priceOf('claude-opus-5-5', today, { 'claude-opus-5-5': { input: 2, output: 20 } })!;
    expect(opus.costOf({ ...none, cacheRead: 10 })).to.equal(1_000);
  });

  it('are known for the models that are still offered', () => {
    const priced = (model: string) => {
      const { input, output, cacheRead } = priceOf(model, today)!.tiers[0]!;
      return [input, output, cacheRead];
    };
    for (const version of ['4-8', '4-7', '4-6', '4-5-20251101']) {
      expect(priced(`claude-opus-${version}`)).to.deep.equal([5, 25, 0.5]);
    }
    expect(priced('claude-sonnet-4-5')).to.deep.equal([3, 15, 0.3]);
    // Its cache price was not to be found: the usual tenth, which is never too little.
    expect(priced('claude-fable-5-2')).to.deep.equal([8, 40, 0.8]);
  });

  it('are shown with digits that mean something', () => {
    expect([0, 12_340_000_000, 4_200_000, 123_456_789, 1].map((nanoUsd) => formatUsd(nanoUsd))).to.deep.equal(
      ['$0.00', '$12.34', '$0.0042', '$0.12', '$0.000000001'],
    );
  });
});
