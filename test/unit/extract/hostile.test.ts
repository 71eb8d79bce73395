import { expect } from 'chai';
import { pdfOf } from '../../support/pdf.ts';
import { quineZip } from '../../support/quine-zip.ts';
import { docxOf } from '../../support/zip.ts';
import { extractContent, failureOf, markdownOf } from './extract.ts';

describe('a hostile document', () => {
  it('may have more than a thousand pages, all of which are read', async () => {
    const { extraction } = await extractContent(
      'long.pdf',
      pdfOf(`<</Type/Pages/Count 1200/Kids[${'3 0 R '.repeat(1200)}]>>`),
    );
    expect(extraction!.parts).to.have.length(1200);
    expect(extraction!.markdown.match(/Hello/g)).to.have.length(1200);
  });

  it('keeps the numbers of its JSON digit by digit', async () => {
    const json = '{"id":12345678901234567890,"price":1.50,"none":{},"list":[1,[]],"name":"\\u00e9 \\"q\\""}';
    const lines = (await markdownOf('numbers.json', json)).split('\n');
    expect(lines.slice(2, -2)).to.deep.equal([
      '  "id": 12345678901234567890,',
      '  "price": 1.50,',
      '  "none": {},',
      '  "list": [',
      '    1,',
      '    []',
      '  ],',
      '  "name": "é \\"q\\""',
    ]);
  });

  it('is nested too deep, whatever its parser says', async () => {
    let body = 'Content-Type: text/plain\r\n\r\ninnermost\r\n';
    for (let n = 0; n < 400; n += 1) {
      body = `Content-Type: multipart/mixed; boundary="b${n}"\r\n\r\n--b${n}\r\n${body}\r\n--b${n}--\r\n`;
    }
    const mail = `From: a@b.c\r\nTo: d@e.f\r\nMessage-ID: <1@x>\r\nMIME-Version: 1.0\r\n${body}`;
    const documents: [string, string][] = [
      ['deep.eml', mail],
      ['deep.rtf', `{\\rtf1 ${'{'.repeat(300_000)}x${'}'.repeat(300_000)}}`],
    ];
    for (const [name, content] of documents) {
      const failure = await failureOf(extractContent(name, content));
      expect(failure.code, name).to.equal('nested_too_deep');
    }
  });

  it('is text when its name promises what is not there', async () => {
    for (const ending of ['eml', 'ics', 'vcf', 'svg', 'mbox', 'mhtml']) {
      expect(await markdownOf(`plain.${ending}`, 'Plain words.\n')).to.equal('Plain words.');
    }
  });

  it('in Greek UTF-16 without a mark is not taken for Korean', async () => {
    const text = 'Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι.';
    const bytes = Buffer.from(text, 'utf16le').swap16();
    expect(await markdownOf('greek.txt', bytes)).to.equal(text);
  });

  it('that lies about its size is a bomb, and one whose tree goes down for ever is refused', async () => {
    const word = '<w:p><w:r><w:t>Hello</w:t></w:r></w:p>';
    const bomb = docxOf(`${word}${' '.repeat(100 * 1024 * 1024)}`, { declaredBytes: 1000 });
    expect((await failureOf(extractContent('lie.docx', bomb))).code).to.equal('archive_bomb');
    const deep = docxOf(
      '<w:tbl><w:tr><w:tc>'.repeat(20_000) + word + '</w:tc></w:tr></w:tbl>'.repeat(20_000),
    );
    expect((await failureOf(extractContent('deep.docx', deep))).code).to.equal('nested_too_deep');
  });

  it('may open what it never closes without holding up its reader', async () => {
    const startedAtMs = performance.now();
    await extractContent('open.docx', docxOf(`${'<w:sdtPr>'.repeat(200_000)}x`)).catch(() => undefined);
    expect(performance.now() - startedAtMs).to.be.below(10_000);
  });

  it('that contains itself is seen at once', async () => {
    expect((await failureOf(extractContent('r.zip', quineZip()))).code).to.equal('archive_loop');
  });
});
