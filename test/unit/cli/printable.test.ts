import { expect } from 'chai';
import { onOneLine, printable } from '../../../cli/output/printable.ts';

describe('text on a terminal', () => {
  const hostile = 'a\u001b[31mred\r\u009b2J\u202etxt.exe';

  it('never commands it: escapes and turns of direction are spelt out', () => {
    expect(printable(hostile)).to.equal('a\\u001b[31mred\\u000d\\u009b2J\\u202etxt.exe');
    expect(printable('Größe 文書\n\tnext')).to.equal('Größe 文書\n\tnext');
  });

  it('keeps JSON valid, and its meaning', () => {
    const value = { name: hostile, text: 'two\nlines\u007f' };
    expect(JSON.parse(printable(JSON.stringify(value, null, 2)))).to.deep.equal(value);
  });

  it('keeps a name on its line', () => {
    expect(onOneLine('new\nline')).to.equal('new\\u000aline');
  });
});
