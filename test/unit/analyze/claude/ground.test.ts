import { expect } from 'chai';
import fc from 'fast-check';
import { groundQuotes } from '../../../../src/analyze/claude/ground.ts';

const find = (markdown: string, quote: string) =>
  groundQuotes({ markdown, parts: [], quotes: [{ field: 'a', quote }] })[0]!;

describe('grounding', () => {
  it('finds a quote whatever its white space, marks, dashes, quotation marks and ligatures', () => {
    const text = '# Rental\n\n| Rent | 1,200\u00a0EUR |\n“The **ﬁrst** day” – 3 May';
    for (const quote of ['Rent 1,200 EUR', '"The first day" - 3 May', 'the FIRST\nday']) {
      expect(find(text, quote).status, quote).to.equal('found');
    }
    for (const quote of ['Rent 1,300 EUR', 'The last day', '', '  ']) {
      expect(find(text, quote).status, quote).to.equal('ungrounded');
    }
  });

  it('tells page and place', () => {
    const markdown = 'one two\n\nthree four';
    const parts = [
      { kind: 'page' as const, index: 1, label: 'Page 1', start: 0, end: 9 },
      { kind: 'page' as const, index: 2, label: 'Page 2', start: 9, end: 19 },
    ];
    const [quote] = groundQuotes({ markdown, parts, quotes: [{ field: 'a', quote: 'four' }] });
    expect(quote).to.include({ page: 2, label: 'Page 2', start: 15, end: 19 });
  });

  it('finds every run of characters of any text, but for spaces alone', () => {
    const arbitrary = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(arbitrary, fc.nat(), fc.nat(), (text, from, length) => {
        const characters = Array.from(text);
        const start = from % characters.length;
        const piece = characters.slice(start, start + 1 + (length % 20)).join('');
        const isBlank = /^[\s\u0000-\u0020]*$/.test(piece);
        expect(find(text, piece).status).to.equal(isBlank ? 'ungrounded' : 'found');
      }),
    );
  });

  it('needs time in proportion to the text', () => {
    const text = 'ab'.repeat(1_000_000);
    const startedAtMs = performance.now();
    expect(find(text, `${'ab'.repeat(900)}c`).status).to.equal('ungrounded');
    expect(performance.now() - startedAtMs).to.be.below(5_000);
  });
});
