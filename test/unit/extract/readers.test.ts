import { expect } from 'chai';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import pptxgen from 'pptxgenjs';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { finishDraft } from '../../../src/extract/finish-draft.ts';
import { markdownTable } from '../../../src/extract/markdown-table.ts';
import { extractContent, markdownOf } from './extract.ts';
import { docxOf } from '../../support/zip.ts';

describe('the readers', () => {
  it('find the delimiter of a table and keep quoted ones', async () => {
    expect(await markdownOf('a.csv', 'x;y\n"1;2";3\n')).to.equal('| x | y |\n| --- | --- |\n| 1;2 | 3 |');
    expect(await markdownOf('b.csv', 'x,y\n"a|b",3\n')).to.contain('| a\\|b | 3 |');
    expect(await markdownOf('c.csv', 'only\none\ncolumn\n')).to.contain('| one |');
  });

  it('keep a table with a stray quote', async () => {
    const { extraction } = await extractContent('a.csv', 'size,name\n5" pipe,a "quoted word\n6,b\n');
    expect(extraction?.markdown).to.contain('| 6 | b |');
  });

  it('keep broken JSON, YAML and XML as text and say so', async () => {
    for (const [name, content] of [
      ['a.json', '{"a": 1, "b"'],
      ['a.yaml', 'a: [1, 2\nb: }'],
      ['a.xml', '<?xml version="1.0"?><a><b>text</a>'],
    ] as const) {
      const { extraction } = await extractContent(name, content);
      expect(extraction?.warnings, name).to.have.length(1);
      expect(extraction?.markdown, name).to.match(/b|text/);
    }
  });

  it('read one JSON value per line', async () => {
    const { extraction, mimeType } = await extractContent('a.ndjson', '{"a":1}\n{"a":2}\n');
    expect(mimeType).to.equal('application/x-ndjson');
    expect(extraction).to.deep.include({ warnings: [], markdown: '```json\n{"a":1}\n{"a":2}\n```' });
  });

  it('never look up an external entity', async () => {
    const xml =
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>before &x; after</a>';
    expect(await markdownOf('a.xml', xml)).to.equal('- a: before &x; after');
  });

  it('leave scripts and styles out of a page, and layout tables as text', async () => {
    const html =
      '<html><body><script>bad()</script><table><tr><td><p>One</p><table><tr><td>1</td><td>2</td></tr></table></td></tr></table></body></html>';
    expect(await markdownOf('a.html', html)).to.equal('One\n\n| 1 | 2 |\n| --- | --- |');
  });

  it('keep the tabs, breaks and emphasis of a Word document apart from its words', async () => {
    const run = (inner: string, properties = ''): string => `<w:r><w:rPr>${properties}</w:rPr>${inner}</w:r>`;
    const body = `<w:p>${run('<w:t>Total</w:t><w:tab/><w:t>100</w:t><w:br/><w:t>net</w:t>')}</w:p><w:p>${run('<w:t xml:space="preserve">very </w:t>', '<w:b/>')}${run('<w:t>bold</w:t>', '<w:b/>')}${run('<w:t xml:space="preserve"> end</w:t>')}</w:p>`;
    expect(await markdownOf('a.docx', docxOf(body))).to.match(
      /^Total\t100 *\nnet\n\n\*\*very\*\* \*\*bold\*\* end$/,
    );
  });

  it('find the content controls and text boxes of a Word document, each once', async () => {
    const paragraph = (inner: string): string => `<w:p><w:r>${inner}</w:r></w:p>`;
    const box = `<w:txbxContent>${paragraph('<w:t>In the box</w:t>')}</w:txbxContent>`;
    const shape = `<mc:AlternateContent xmlns:mc="x"><mc:Choice><w:drawing>${box}</w:drawing></mc:Choice><mc:Fallback><w:pict>${box}</w:pict></mc:Fallback></mc:AlternateContent>`;
    const control = `<w:sdt><w:sdtPr><w:alias w:val="hidden"/></w:sdtPr><w:sdtContent>${paragraph('<w:t>Controlled</w:t>')}</w:sdtContent></w:sdt>`;
    const body = `${control}${paragraph(`<w:t>Before</w:t>${shape}`)}${paragraph('<w:t>After</w:t>')}`;
    expect(await markdownOf('a.docx', docxOf(body))).to.equal('Controlled\n\nBefore\n\nIn the box\n\nAfter');
  });

  it('cut text that is too long, never through a character, and say so', async () => {
    const { extraction } = await extractContent('a.txt', `${'a'.repeat(99)}😀${'b'.repeat(50)}`, {
      maxTextChars: 100,
    });
    expect(extraction?.markdown).to.equal('a'.repeat(99));
    expect(extraction?.warnings).to.deep.equal(['The text was cut after 100 characters']);
  });
});

describe('finishDraft', () => {
  it('gives every part its range, in order and without overlap', () => {
    const texts = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 120 }), (list, maxTextChars) => {
        const parts = list.map((markdown) => ({ kind: 'page' as const, label: 'p', markdown }));
        const input = {
          ...defaultLimits,
          onProgress: () => undefined,
          passwords: [],
          bytes: Buffer.alloc(0),
          name: 'x',
          mimeType: 'text/plain',
          maxTextChars,
        };
        const extraction = finishDraft({ parts, children: [], hasPictures: true }, 'test/1', input);
        let last = 0;
        for (const { start, end } of extraction.parts) {
          expect(start).to.be.at.least(last);
          expect(end).to.be.at.least(start);
          last = end;
        }
        expect(last).to.be.at.most(extraction.markdown.length);
        expect(extraction.parts.map(({ index }) => index)).to.deep.equal(list.map((_, index) => index + 1));
      }),
    );
  });
});

describe('markdownTable', () => {
  it('makes rows of equal width whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), { minLength: 1 }),
        (rows) => {
          const lines = markdownTable(rows).split('\n');
          const widths = lines.map((line) => line.replaceAll('\\|', '').split('|').length);
          expect(lines).to.have.length(rows.length + 1);
          expect(new Set(widths)).to.have.property('size', 1);
        },
      ),
    );
  });

  it('give Rich Text its characters, of any code page, once', async () => {
    const head = '{\\rtf1\\ansi\\ansicpg1251\\deff0{\\fonttbl{\\f0 Arial;}}\\pard ';
    const body = "\\'cf\\'f0\\'e8\\'e2\\'e5\\'f2 B\\u252\\'fccher {\\uc2 \\u8364EUR} \\{x\\}\\par}";
    expect(await markdownOf('a.rtf', head + body)).to.equal('Привет Bücher €R {x}');
  });

  it('prefer the full text of a feed, whatever its prefix', async () => {
    const item =
      '<item><title>One</title><description>Short</description><ns3:encoded>&lt;p&gt;The whole story.&lt;/p&gt;</ns3:encoded></item>';
    const feed = `<rss version="2.0" xmlns:ns3="x"><channel><title>News</title>${item}</channel></rss>`;
    expect(await markdownOf('a.rss', feed))
      .to.contain('The whole story.')
      .and.to.not.contain('Short');
  });

  it('takes what was inserted in Word, and leaves out what was deleted', async () => {
    const run = (text: string) => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
    const gone = '<w:del w:id="1" w:author="A"><w:r><w:delText>ten</w:delText></w:r></w:del>';
    const added = `<w:ins w:id="2" w:author="A">${run('twelve')}</w:ins>`;
    const file = docxOf(`<w:p>${run('It costs ')}${gone}${added}${run(' euros.')}</w:p>`);
    expect(await markdownOf('a.docx', file)).to.equal('It costs twelve euros.');
  });

  it('gives the days and times of a workbook as ISO dates, formulas as their values, merged cells once', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('Days');
    sheet.addRow([
      new Date('2026-05-03'),
      new Date('2026-05-03T14:30:00Z'),
      new Date('2026-05-03T14:30:07Z'),
    ]);
    ['dd.mm.yyyy', 'm/d/yy h:mm', 'm/d/yy h:mm:ss'].forEach((format, n) => {
      sheet.getRow(1).getCell(n + 1).numFmt = format;
    });
    sheet.addRow([{ formula: 'SUM(1,2)', result: 3 }, 'merged']);
    sheet.mergeCells('B2:C2');
    book.addWorksheet('Secret', { state: 'hidden' }).addRow(['hidden', 1]);
    const { extraction } = await extractContent('a.xlsx', new Uint8Array(await book.xlsx.writeBuffer()));
    expect(extraction?.markdown).to.contain('| 2026-05-03 | 2026-05-03T14:30 | 2026-05-03T14:30:07 |');
    expect(extraction?.markdown).to.contain('| 3 | merged |  |').and.to.contain('| hidden | 1 |');
    expect(extraction?.warnings).to.deep.equal(['Hidden sheet: Secret']);
  });

  it('give a chart of a slide as the table it was drawn from, and read hidden slides', async () => {
    // Its typings describe the other module format.
    const Deck = pptxgen as unknown as typeof pptxgen.default;
    const deck = new Deck();
    const data = [
      { name: 'North', labels: ['Q1', 'Q2'], values: [10, 20.5] },
      { name: 'South', labels: ['Q1', 'Q2'], values: [7, 9] },
    ];
    deck.addSlide().addChart(deck.ChartType.bar, data, { x: 1, y: 1, showTitle: true, title: 'By quarter' });
    const second = deck.addSlide();
    second.addText('On a hidden slide', { x: 1, y: 1 });
    second.hidden = true;
    const file = new Uint8Array((await deck.write({ outputType: 'arraybuffer' })) as ArrayBuffer);
    const text = await markdownOf('a.pptx', file);
    expect(text).to.contain('Chart: By quarter\n\n|  | North | South |').and.to.contain('| Q2 | 20.5 | 9 |');
    expect(text).to.contain('On a hidden slide');
  });
});
