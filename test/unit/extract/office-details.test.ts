import XLSX from '@e965/xlsx';
import { expect } from 'chai';
import {
  Document,
  Footer,
  FootnoteReferenceRun,
  Header,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
} from 'docx';
import ExcelJS from 'exceljs';
import { chartXml } from '../../support/chart.ts';
import { docxOf, zipOf } from '../../support/zip.ts';
import { extractContent, markdownOf } from './extract.ts';

const relationships = (targets: Record<string, string>): string =>
  `<Relationships xmlns="urn:r">${Object.entries(targets)
    .map(([id, target]) => `<Relationship Id="${id}" Target="${target}"/>`)
    .join('')}</Relationships>`;

describe('a workbook', () => {
  const written = async (fill: (book: ExcelJS.Workbook) => void): Promise<Uint8Array> => {
    const book = new ExcelJS.Workbook();
    fill(book);
    return new Uint8Array(await book.xlsx.writeBuffer());
  };

  it('has its comments under the table, with cell and author', async () => {
    const content = await written((book) => {
      const sheet = book.addWorksheet('Costs');
      sheet.addRow(['Coal', 120]);
      sheet.getCell('B1').note = 'Ines asked: is this right?';
    });
    expect(await markdownOf('notes.xlsx', content))
      .to.contain('| Coal | 120 |')
      .and.to.contain('Comments:\n\n- B1, Author: Ines asked: is this right?');
    for (const bookType of ['biff8', 'ods', 'xlsb'] as const) {
      const sheet = XLSX.utils.aoa_to_sheet([['Coal', 120]]);
      XLSX.utils.cell_add_comment(sheet.B1 as XLSX.CellObject, 'Is this right?', 'Ines');
      const book = XLSX.utils.book_new();
      XLSX.utils.book_append_sheet(book, sheet, 'Costs');
      const bytes = XLSX.write(book, { type: 'buffer', bookType }) as Buffer;
      const ending = bookType === 'biff8' ? 'xls' : bookType;
      // Of an OpenDocument sheet the parser gives no authors.
      const author = bookType === 'ods' ? '' : ', Ines';
      expect(await markdownOf(`notes.${ending}`, bytes)).to.contain(`- B1${author}: Is this right?`);
    }
  });

  it('has the whole conversation of newer programs, and its charts', async () => {
    const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const content = zipOf({
      '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
      'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Plan &amp; costs" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId9" Type="x" Target="persons/person.xml"/></Relationships>`,
      'xl/worksheets/sheet1.xml': `<worksheet xmlns="${main}"><sheetData><row r="1"><c r="A1"><v>7</v></c></row></sheetData></worksheet>`,
      'xl/worksheets/_rels/sheet1.xml.rels': relationships({
        a: '../comments1.xml',
        b: '../threadedComments/threadedComment1.xml',
        c: '../drawings/drawing1.xml',
      }),
      'xl/comments1.xml': `<comments xmlns="${main}"><authors><author>tc={1}</author></authors><commentList><comment ref="A1" authorId="0"><text><t>[Threaded comment] Update Excel</t></text></comment></commentList></comments>`,
      'xl/threadedComments/threadedComment1.xml':
        '<ThreadedComments><threadedComment ref="A1" personId="{p}"><text>Seven or eight?</text></threadedComment><threadedComment ref="A1" personId="{q}"><text>Seven.</text></threadedComment></ThreadedComments>',
      'xl/persons/person.xml':
        '<personList><person displayName="Ines" id="{p}"/><person displayName="Ravi" id="{q}"/></personList>',
      'xl/drawings/drawing1.xml': '<x/>',
      'xl/drawings/_rels/drawing1.xml.rels': relationships({ r: '/xl/charts/chart1.xml' }),
      'xl/charts/chart1.xml': chartXml('Cargo of the year', { Coal: 48700, Grain: 31250 }),
    });
    const markdown = await markdownOf('plan.xlsx', content);
    expect(markdown)
      .to.contain('- A1, Ines: Seven or eight?\n- A1, Ravi: Seven.')
      .and.not.to.contain('Update');
    expect(markdown).to.contain('Chart: Cargo of the year').and.to.contain('| Grain | 31250 |');
  });

  it('shows what formulas gave, and names its hidden sheets', async () => {
    const content = await written((book) => {
      book.addWorksheet('Seen').addRow([
        { formula: 'SUM(1,2)', result: 3 },
        { formula: 'A1&"x"', result: '3x' },
      ]);
      book.addWorksheet('Secret', { state: 'hidden' }).addRow(['hidden words']);
      book.addWorksheet('Deep', { state: 'veryHidden' }).addRow(['deeper words']);
    });
    const { extraction } = await extractContent('book.xlsx', content);
    expect(extraction!.markdown)
      .to.contain('| 3 | 3x |')
      .and.to.contain('hidden words')
      .and.to.contain('deeper words');
    expect(extraction!.warnings).to.deep.equal(['Hidden sheets: Secret, Deep']);
  });

  it('has ISO dates in every format, of either epoch, with times and durations', async () => {
    for (const date1904 of [false, true]) {
      const content = await written((book) => {
        book.properties.date1904 = date1904;
        const sheet = book.addWorksheet('Dates');
        const day = new Date(Date.UTC(2026, 4, 3, 14, 30));
        for (const format of ['dd.mm.yyyy hh:mm', '[$-407]d. mmmm yyyy', 'yyyy"年"m"月"d"日"', 'mmm-yy']) {
          const cell = sheet.addRow([format, day]).getCell(2);
          cell.numFmt = format;
        }
      });
      const markdown = await markdownOf('dates.xlsx', content);
      expect(markdown.match(/2026-05-03T14:30/g), markdown).to.have.length(4);
    }
    const content = await written((book) => {
      const sheet = book.addWorksheet('Times');
      const add = (name: string, value: number, format: string): void => {
        sheet.addRow([name, value]).getCell(2).numFmt = format;
      };
      add('noon', 0.5, 'h:mm');
      add('shift', 1.25, '[h]:mm');
      add('long', 2.5, '[h]:mm:ss');
      add('project', 1_000 / 24, '[h]:mm');
      add('built in', 40, '[h]:mm:ss');
      add('minutes', 33.5, '[mm]:ss');
      add('owed', -1.5 / 24, '[h]:mm');
      add('price', 46023, '#,##0 "days"');
      add('red', 46023, '[Red]0.00');
    });
    const markdown = await markdownOf('times.xlsx', content);
    expect(markdown).to.contain('| noon | 12:00 |');
    expect(markdown).to.contain('| shift | 30:00 |');
    expect(markdown).to.contain('| long | 60:00 |');
    for (const row of ['project | 1000:00', 'built in | 960:00', 'minutes | 804:00', 'owed | -01:30']) {
      expect(markdown).to.contain(`| ${row} |`);
    }
    expect(markdown).to.contain('| price | 46023 |').and.to.contain('| red | 46023 |');
  });

  it('has the text of merged cells once, and writing from right to left as it is', async () => {
    const content = await written((book) => {
      const sheet = book.addWorksheet('مبيعات', { views: [{ rightToLeft: true }] });
      sheet.addRow(['المجموع', '', 'רווח']);
      sheet.mergeCells('A1:B1');
      sheet.addRow([1, 2, 3]);
    });
    expect(await markdownOf('rtl.xlsx', content))
      .to.contain('## مبيعات')
      .and.to.contain('| المجموع |  | רווח |');
  });
});

describe('a Word document', () => {
  it('has its headers, footers, notes, merged cells once each', async () => {
    const children = [
      new Paragraph({ children: [new TextRun('The body.'), new FootnoteReferenceRun(1)] }),
      new Table({
        rows: [
          new TableRow({
            children: [new TableCell({ columnSpan: 2, children: [new Paragraph('Wide cell')] })],
          }),
          new TableRow({
            children: ['left', 'right'].map((text) => new TableCell({ children: [new Paragraph(text)] })),
          }),
        ],
      }),
    ];
    const headers = { default: new Header({ children: [new Paragraph('The head of the page')] }) };
    const footers = { default: new Footer({ children: [new Paragraph('The foot of the page')] }) };
    const footnotes = { 1: { children: [new Paragraph('The note below.')] } };
    const file = new Document({ footnotes, sections: [{ headers, footers, children }] });
    const markdown = await markdownOf('details.docx', await Packer.toBuffer(file));
    for (const text of [
      'The head of the page',
      'The body.',
      'The note below.',
      'The foot of the page',
      'Wide cell',
    ]) {
      expect(markdown.split(text), text).to.have.length(2);
    }
    expect(markdown.indexOf('head')).to.be.below(markdown.indexOf('body'));
    expect(markdown.indexOf('body')).to.be.below(markdown.indexOf('foot of'));
  });

  it('is read as if its tracked changes were accepted', async () => {
    const run = (text: string): string => `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
    const content = docxOf(
      `<w:p>${run('We pay ')}<w:del w:id="1" w:author="Ines"><w:r><w:delText>forty</w:delText></w:r></w:del><w:ins w:id="2" w:author="Ines">${run('fifty')}</w:ins>${run(' euros.')}</w:p>` +
        `<w:p><w:moveFrom w:id="3">${run('Moved away.')}</w:moveFrom></w:p><w:p><w:moveTo w:id="4">${run('Moved here.')}</w:moveTo></w:p>`,
    );
    const markdown = await markdownOf('tracked.docx', content);
    expect(markdown).to.contain('We pay fifty euros.').and.to.contain('Moved here.');
    expect(markdown).to.not.contain('forty').and.not.contain('Moved away');
  });

  it('has the values of its charts', async () => {
    const plain = docxOf('<w:p><w:r><w:t>See the chart.</w:t></w:r></w:p>');
    expect(plain.length).to.be.above(0);
    const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
    const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const content = zipOf({
      '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
      '_rels/.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
      'word/document.xml':
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>See the chart.</w:t></w:r></w:p></w:body></w:document>',
      'word/_rels/document.xml.rels': relationships({ a: 'charts/chart1.xml' }),
      'word/charts/chart1.xml': chartXml('Cargo of the year', { Coal: 48700 }),
    });
    const markdown = await markdownOf('chart.docx', content);
    expect(markdown).to.contain('See the chart.').and.to.contain('Chart: Cargo of the year');
    expect(markdown).to.contain('| Coal | 48700 |');
  });
});
