import { expect } from 'chai';
import fc from 'fast-check';
import type { Json } from '../../../src/domain/analyzer.ts';
import { canonicalJson } from '../../../src/domain/recipe.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is the same text in whatever order the keys were written', () => {
    const reversed = (value: Json): Json => {
      if (Array.isArray(value)) return value.map(reversed);
      if (value === null || typeof value !== 'object') return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, field]) => [key, reversed(field)]),
      );
    };
    fc.assert(fc.property(json, (value) => canonicalJson(reversed(value)) === canonicalJson(value)));
  });

  it('differs for values that differ', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        fc.pre(JSON.stringify(one) !== JSON.stringify(other));
        const same = canonicalJson(one) === canonicalJson(other);
        if (same) expect(JSON.parse(JSON.stringify(one))).to.deep.equal(JSON.parse(JSON.stringify(other)));
      }),
    );
  });
});
