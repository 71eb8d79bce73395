import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Document, HeadingLevel, Packer, Paragraph } from 'docx';
import ExcelJS from 'exceljs';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import pptxgen from 'pptxgenjs';

/** Sound documents of ten formats in turn, each with a text of its own: `Document number <n>`. */
export async function writeGoodFiles(folder: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const [ending, make] = makers[n % makers.length]!;
    const name = `${String(n).padStart(4, '0')}.${ending}`;
    await writeFile(join(folder, name), await make(`Document number ${n}`, n));
  }
}

const body = 'It was written on 3 May 2026 in Exeter, and says nothing else.';

const makers: [string, (title: string, n: number) => string | Promise<string | Uint8Array>][] = [
  ['txt', (title) => `${title}\n\n${body}\n`],
  ['md', (title) => `# ${title}\n\n${body}\n`],
  [
    'html',
    (title) =>
      `<html><head><title>${title}</title></head><body><h1>${title}</h1><p>${body}</p></body></html>`,
  ],
  ['csv', (title, n) => `name,number\n${title},${n}\nanother,${n + 1}\n`],
  ['json', (title, n) => JSON.stringify({ title, n, body })],
  [
    'eml',
    (title) =>
      `From: a@b.example\r\nTo: c@d.example\r\nSubject: ${title}\r\nMessage-ID: <1@b>\r\nDate: Wed, 25 Feb 2026 14:03:00 +0000\r\n\r\n${title}: ${body}\r\n`,
  ],
  ['docx', docxOf],
  ['xlsx', xlsxOf],
  ['pptx', pptxOf],
  ['pdf', pdfOf],
];

function docxOf(title: string): Promise<Uint8Array> {
  const children = [new Paragraph({ text: title, heading: HeadingLevel.HEADING_1 }), new Paragraph(body)];
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

async function xlsxOf(title: string, n: number): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('First');
  sheet.addRow(['name', 'number', 'day']);
  sheet.addRow([title, n, new Date('2026-05-03')]);
  return new Uint8Array(await book.xlsx.writeBuffer());
}

async function pptxOf(title: string): Promise<Uint8Array> {
  // Its typings describe the other module format.
  const Deck = pptxgen as unknown as typeof pptxgen.default;
  const deck = new Deck();
  deck.addSlide().addText(title, { x: 1, y: 1 });
  return new Uint8Array((await deck.write({ outputType: 'arraybuffer' })) as ArrayBuffer);
}

async function pdfOf(title: string): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const page = pdf.addPage([400, 300]);
  page.drawText(title, { x: 40, y: 240, size: 18, font });
  page.drawText(body, { x: 40, y: 200, size: 11, font });
  return pdf.save();
}
