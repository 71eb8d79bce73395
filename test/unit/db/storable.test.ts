import { expect } from 'chai';
import fc from 'fast-check';
import { storable, storableJson } from '../../../src/db/storable.ts';

const anyText = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
const isStorable = (text: string) => text.isWellFormed() && !text.includes('\0');

describe('what is stored', () => {
  const value = fc.object({
    key: anyText,
    values: [anyText, fc.integer(), fc.boolean(), fc.constant(null)],
    maxDepth: 3,
  });

  it('holds no NUL and no lone surrogate, in keys and values, at any depth', () => {
    fc.assert(
      fc.property(value, (given) => {
        const texts = (inside: unknown): string[] =>
          typeof inside === 'string'
            ? [inside]
            : inside !== null && typeof inside === 'object'
              ? Object.entries(inside).flatMap(([key, field]) => [key, ...texts(field)])
              : [];
        return texts(storable(given)).every(isStorable);
      }),
    );
  });

  it('is the same as JSON, looked at quickly', () => {
    fc.assert(
      fc.property(value, (given) => {
        expect(storableJson(given)).to.equal(JSON.stringify(storable(given)));
      }),
    );
    expect(storableJson(['a\0b', '\ud800', 'c\\u0000'])).to.equal('["ab","\ufffd","c\\\\u0000"]');
  });

  it('is unchanged where PostgreSQL takes it as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(
          isStorable(JSON.parse(JSON.stringify([JSON.stringify(value)]))[0] as string) &&
            !JSON.stringify(value).includes('\\u0000') &&
            !/\\ud[89a-f]/.test(JSON.stringify(value)),
        );
        expect(storable(value)).to.deep.equal(value);
      }),
    );
    const date = new Date(0);
    expect(storable({ date, emoji: '😀', list: [1, null, undefined] })).to.deep.equal({
      date,
      emoji: '😀',
      list: [1, null, undefined],
    });
  });

  it('loses only what cannot be stored', () => {
    expect(storable('a\0b\ud800c😀')).to.equal('ab\ufffdc😀');
  });
});
