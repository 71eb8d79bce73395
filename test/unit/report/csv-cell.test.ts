import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvLine } from '../../../src/report/csv-cell.ts';

const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('＝', '＠', '=', '+', '-', '@', ',', '"', '\n', '\r', '\t', "'", ' '),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
});
const readBack = (line: string): string[] =>
  parse(line, { relax_column_count: true, record_delimiter: '\n' })[0] ?? [];

describe('a CSV cell', () => {
  it('never begins as a formula does', () => {
    fc.assert(
      fc.property(
        text,
        (given) => !/^[=+\-@\t\r\n＝＋－＠]/.test(readBack(`${csvLine(['x', given])}\n`)[1] ?? ''),
      ),
    );
  });

  it('is read back as it was, but for the apostrophe before a formula', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (cells) => {
        const expected = cells.map((cell) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell));
        expect(readBack(`${csvLine(['x', ...cells])}\n`)).to.deep.equal(['x', ...expected]);
      }),
    );
  });

  it('leaves numbers alone, shows nothing for null, and JSON for the rest', () => {
    expect([-5, 0.5, null, undefined, true, { a: 1 }].map(csvCell)).to.deep.equal([
      '-5',
      '0.5',
      '',
      '',
      'true',
      '"{""a"":1}"',
    ]);
  });
});
