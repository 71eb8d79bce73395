import * as docx from 'docx';
import ExcelJS from 'exceljs';
import PptxGenJS from 'pptxgenjs';

const { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow, TextRun, WidthType } = docx;

export async function officeSamples() {
  return {
    'job-offer.docx': await jobOffer(),
    'meeting-minutes.docx': await minutes(),
    'expenses-2026-q1.xlsx': await expenses(),
    'inventory.xlsx': await inventory(),
    'quarterly-review.pptx': await review(),
  };
}

function jobOffer() {
  return wordFile('Job offer', 'Clara Osei', [
    heading('Job offer'),
    text('Brightwater Print Co., 3 Dock Street, Hull HU1 2TR'),
    text('Hull, 9 February 2026'),
    text('Dear Mr. Daniel Reyes,'),
    new Paragraph({
      children: [
        new TextRun('We are pleased to offer you the position of '),
        new TextRun({ text: 'print technician', bold: true }),
        new TextRun(', starting on 1 April 2026.'),
      ],
    }),
    new Paragraph({
      children: [new TextRun('Salary:'), new TextRun({ children: [new docx.Tab(), 'GBP 31,200.00 a year'] })],
    }),
    text('Please sign and return this letter by 20 February 2026 to people@brightwater.example.'),
    text('Yours sincerely, Clara Osei, Head of People'),
  ]);
}

function minutes() {
  const cells = (...texts) =>
    new TableRow({ children: texts.map((t) => new TableCell({ children: [text(t)] })) });
  return wordFile('Minutes of the operations meeting', 'Ravi Menon', [
    heading('Minutes of the operations meeting'),
    text('Date: 24 February 2026, 10:00 to 11:15. Present: Ravi Menon, Clara Osei, Tomasz Nowak.'),
    heading('Decisions', HeadingLevel.HEADING_2),
    bullet('The second press is serviced in week 12.'),
    bullet('Paper is ordered from Halden Paper Ltd. for the whole quarter.'),
    bullet('Overtime above 10 hours a week needs the consent of Clara Osei.'),
    heading('Actions', HeadingLevel.HEADING_2),
    new Table({
      width: { size: 100, type: WidthType.PERCENTAGE },
      rows: [
        cells('Action', 'Owner', 'Due'),
        cells('Book the service technician', 'Tomasz Nowak', '6 March 2026'),
        cells('Confirm the paper order', 'Ravi Menon', '3 March 2026'),
      ],
    }),
  ]);
}

function wordFile(title, creator, children) {
  return Packer.toBuffer(new Document({ title, creator, sections: [{ children }] }));
}

function heading(content, level = HeadingLevel.HEADING_1) {
  return new Paragraph({ text: content, heading: level });
}

function text(content) {
  return new Paragraph({ text: content });
}

function bullet(content) {
  return new Paragraph({ text: content, bullet: { level: 0 } });
}

async function expenses() {
  const workbook = excelFile('Expenses, first quarter of 2026', 'Tomasz Nowak');
  for (const [month, index] of [
    ['January', 0],
    ['February', 1],
  ]) {
    const sheet = workbook.addWorksheet(month);
    sheet.addRow(['Date', 'Category', 'Paid to', 'Amount']);
    for (const [day, category, paidTo, amount] of [
      [5, 'Travel', 'Northern Rail', 64.5],
      [14, 'Office', 'Halden Paper Ltd.', 300 + index * 25],
      [22, 'Training', 'Safety First Academy', 480],
    ]) {
      const row = sheet.addRow([new Date(Date.UTC(2026, index, day)), category, paidTo, amount]);
      row.getCell(1).numFmt = 'yyyy-mm-dd';
    }
    sheet.addRow(['Total', '', '', { formula: 'SUM(D2:D4)', result: 844.5 + index * 25 }]);
  }
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

async function inventory() {
  const workbook = excelFile('Inventory of the warehouse', 'Ravi Menon');
  const sheet = workbook.addWorksheet('Stock');
  sheet.addRows([
    ['Article', 'Shelf', 'In stock', 'Reorder'],
    ['Toner, black', 'A-12', 18, false],
    ['Toner, cyan', 'A-13', 3, true],
    ['Envelopes C5', 'B-02', 4200, false],
    ['Binding combs 12 mm', 'C-07', 0, true],
  ]);
  return Buffer.from(await workbook.xlsx.writeBuffer());
}

function excelFile(title, creator) {
  const workbook = new ExcelJS.Workbook();
  return Object.assign(workbook, {
    title,
    creator,
    lastModifiedBy: creator,
    created: new Date(),
    modified: new Date(),
  });
}

async function review() {
  const deck = new PptxGenJS();
  Object.assign(deck, { title: 'Quarterly review', author: 'Clara Osei', company: 'Brightwater Print Co.' });
  const slide = (title, lines) => {
    const page = deck.addSlide();
    page.addText(title, { x: 0.5, y: 0.3, w: 9, h: 0.8, fontSize: 28, bold: true });
    page.addText(
      lines.map((line) => ({ text: line, options: { bullet: true, breakLine: true } })),
      { x: 0.5, y: 1.3, w: 9, h: 2.5 },
    );
    return page;
  };
  slide('Quarterly review', [
    'Revenue of GBP 612,000.00, up 6 % on the year',
    'Two new customers: Orchard Books and Kestrel Tours',
  ]);
  const numbers = slide('Numbers', ['Figures are in thousands of GBP']);
  const rows = [
    ['Month', 'Revenue', 'Costs'],
    ['October', '198', '151'],
    ['November', '201', '149'],
    ['December', '213', '160'],
  ];
  numbers.addTable(
    rows.map((row) => row.map((cell) => ({ text: cell }))),
    { x: 0.5, y: 3.2, w: 9 },
  );
  numbers.addNotes('December includes the calendar orders.');
  slide('Next steps', ['Service the second press in week 12', 'Hire a print technician by 1 April 2026']);
  return deck.write({ outputType: 'nodebuffer' });
}
