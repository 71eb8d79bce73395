import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import pptxgen from 'pptxgenjs';

const towns = ['Exeter', 'Bremen', 'Lyon', 'Porto', 'Turku', 'Graz', 'Ghent', 'Cork', 'Lund', 'Basel'];
const when = new Date('2026-05-03T09:00:00Z');

/** A report of 40 pages, a deck of 20 slides, a workbook of 5 sheets, a mail: what people have, made by code. */
export async function writeExampleFiles(folder: string): Promise<string[]> {
  const files: [string, string | Uint8Array][] = [
    ['report.pdf', await report()],
    ['deck.pptx', await deck()],
    ['workbook.xlsx', await workbook()],
    ['mail.eml', mail()],
  ];
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return files.map(([name]) => name);
}

async function report(): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  pdf.setTitle('Station report 2026');
  pdf.setCreationDate(when);
  pdf.setModificationDate(when);
  const body = await pdf.embedFont(StandardFonts.TimesRoman);
  const bold = await pdf.embedFont(StandardFonts.HelveticaBold);
  for (let n = 1; n <= 40; n++) {
    const town = towns[n % towns.length]!;
    const page = pdf.addPage([595, 842]);
    page.drawText(`${n}. The station at ${town}`, { x: 60, y: 770, size: 20, font: bold });
    const lines = [
      `The station at ${town} was visited on ${1 + (n % 28)} April 2026. Its gauge read ${700 + 3 * n} mm, which is`,
      `${n % 2 === 0 ? 'more' : 'less'} than a year ago. The roof needs ${1 + (n % 4)} new tiles, and the fence was painted.`,
    ];
    for (const [row, text] of lines.entries())
      page.drawText(text, { x: 60, y: 730 - 16 * row, size: 12, font: body });
    page.drawText('Readings', { x: 60, y: 670, size: 15, font: bold });
    const table = [
      ['Month', 'Rain', 'Wind'],
      ...['January', 'February', 'March'].map((month, m) => [month, `${40 + n + m}`, `${10 + m}`]),
    ];
    for (const [row, cells] of table.entries()) {
      for (const [column, text] of cells.entries()) {
        page.drawText(text, {
          x: 60 + 120 * column,
          y: 640 - 18 * row,
          size: 11,
          font: row === 0 ? bold : body,
        });
      }
    }
    page.drawText(`Page ${n} of 40`, { x: 270, y: 40, size: 9, font: body });
  }
  return pdf.save();
}

async function deck(): Promise<Uint8Array> {
  // Its typings describe the other module format.
  const Deck = pptxgen as unknown as typeof pptxgen.default;
  const file = new Deck();
  file.title = 'Spring meeting';
  for (let n = 1; n <= 20; n++) {
    const town = towns[n % towns.length]!;
    const slide = file.addSlide();
    slide.addText(`${n}. News from ${town}`, { x: 0.5, y: 0.3, w: 9, h: 1, fontSize: 28, bold: true });
    const points = [
      `${n} new members`,
      `Next meeting in ${towns[(n + 3) % towns.length]!}`,
      'The budget is agreed',
    ];
    slide.addText(
      points.map((text) => ({ text, options: { bullet: true, breakLine: true } })),
      { x: 0.5, y: 1.5, w: 9, h: 2 },
    );
    if (n % 5 === 0) {
      const rows = [
        ['Town', 'Members'],
        [town, String(100 + n)],
        ['All', String(900 + n)],
      ];
      slide.addTable(
        rows.map((row) => row.map((text) => ({ text }))),
        { x: 0.5, y: 4 },
      );
    }
    slide.addNotes(`Thank the people of ${town}.`);
  }
  return new Uint8Array((await file.write({ outputType: 'arraybuffer' })) as ArrayBuffer);
}

async function workbook(): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  book.creator = 'Clara Osei';
  book.created = when;
  for (const [s, name] of ['January', 'February', 'March', 'April', 'Year'].entries()) {
    const sheet = book.addWorksheet(name);
    sheet.addRow(['Day', 'Town', 'Visitors', 'Takings']);
    for (let n = 0; n < 6; n++) {
      sheet.addRow([
        new Date(Date.UTC(2026, s, 2 + 4 * n)),
        towns[(n + s) % towns.length],
        120 + 7 * n + s,
        830.5 + 11 * n,
      ]);
    }
    sheet.addRow([
      'Sum',
      '',
      { formula: 'SUM(C2:C7)', result: 825 + 6 * s },
      { formula: 'SUM(D2:D7)', result: 5148 },
    ]);
  }
  return new Uint8Array(await book.xlsx.writeBuffer());
}

function mail(): string {
  const html =
    '<p>Dear Ravi,</p><p>please find the <b>readings</b> for April attached. In short:</p><ul><li>Exeter: 712 mm</li><li>Lyon: 695 mm</li></ul><p>The full story is on <a href="https://stations.example/april">our page</a>.</p><p>Kind regards<br>Ines</p>';
  return [
    ...[
      'From: Ines Duarte <ines@stations.example>',
      'To: Ravi Menon <ravi@stations.example>',
      'Cc: office@stations.example',
    ],
    ...[
      'Subject: =?utf-8?Q?Readings_for_April_=E2=80=93_two_files?=',
      'Date: Sun, 3 May 2026 09:00:00 +0000',
    ],
    ...[
      'Message-ID: <april@stations.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="part"',
      '',
    ],
    ...['--part', 'Content-Type: text/html; charset=utf-8', '', html],
    ...[
      '--part',
      'Content-Type: text/csv; name="april.csv"',
      'Content-Disposition: attachment; filename="april.csv"',
      '',
      'town,mm',
      'Exeter,712',
      'Lyon,695',
    ],
    ...[
      '--part',
      'Content-Type: text/plain; name="notes.txt"',
      'Content-Disposition: attachment; filename="notes.txt"',
      '',
      'The gauge at Lyon was cleaned.',
    ],
    '--part--',
  ].join('\r\n');
}
