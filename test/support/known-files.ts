import XLSX from '@e965/xlsx';
import { Document, HeadingLevel, Packer, Paragraph, Table, TableCell, TableRow } from 'docx';
import ExcelJS from 'exceljs';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import pptxgen from 'pptxgenjs';
import { docOf, msgOf, pptOf } from './known-compound-files.ts';
import { captionOf, knownPictures } from './known-pictures.ts';
import type { KnownText } from './known-texts.ts';
import { zipOf } from './zip.ts';

type Writer = (text: KnownText) => string | Uint8Array | Promise<string | Uint8Array>;

/** A writer for each format, by the ending of its files. */
export const knownFiles: Record<string, Writer> = {
  txt: (text) => linesOf(text).join('\n\n'),
  'utf16.txt': (text) => Buffer.from(`\ufeff${linesOf(text).join('\r\n')}`, 'utf16le'),
  'latin1.txt': (text) => Buffer.from(linesOf(text).join('\n').replaceAll('’', '\x92'), 'latin1'),
  md: markdown,
  html: (text) => html(text),
  xhtml: (text) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n${html(text).replace('<html', '<html xmlns="http://www.w3.org/1999/xhtml"')}`,
  mhtml: (text) =>
    mime(
      text,
      'multipart/related; boundary="x"',
      [
        '--x',
        'Content-Type: text/html; charset=utf-8',
        'Content-Location: http://a.example/',
        '',
        html(text),
        '--x--',
      ].join('\r\n'),
    ),
  eml: (text) => mime(text, 'text/html; charset=utf-8', html(text)),
  mbox: (text) =>
    `From a@b.example Wed Feb 25 14:03:00 2026\n${mime(text, 'text/plain; charset=utf-8', linesOf(text).join('\n\n')).replaceAll('\r\n', '\n')}\n`,
  xml: (text) =>
    `<?xml version="1.0" encoding="UTF-8"?><report>${linesOf(text)
      .map((line) => `<line>${escaped(line)}</line>`)
      .join('')}</report>`,
  rss: (text) =>
    `<?xml version="1.0"?><rss version="2.0"><channel><title>${escaped(text.title)}</title><item><title>${escaped(text.paragraphs[0]!)}</title><description>${escaped(html({ ...text, title: '', paragraphs: text.paragraphs.slice(1) }))}</description></item></channel></rss>`,
  atom: (text) =>
    `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>${escaped(text.title)}</title><entry><title>${escaped(text.paragraphs[0]!)}</title><content type="html">${escaped(html({ ...text, title: '', paragraphs: text.paragraphs.slice(1) }))}</content></entry></feed>`,
  svg: (text) =>
    `<svg xmlns="http://www.w3.org/2000/svg">${linesOf(text)
      .map((line, n) => `<text y="${20 * n}">${escaped(line)}</text>`)
      .join('')}</svg>`,
  json: (text) => JSON.stringify({ lines: linesOf(text) }),
  ndjson: (text) =>
    linesOf(text)
      .map((line) => JSON.stringify({ line }))
      .join('\n'),
  yaml: (text) =>
    `lines:\n${linesOf(text)
      .map((line) => `  - ${JSON.stringify(line)}`)
      .join('\n')}\n`,
  csv: (text) =>
    rowsOf(text)
      .map((row) => row.map((cell) => `"${cell}"`).join(';'))
      .join('\r\n'),
  tsv: (text) =>
    rowsOf(text)
      .map((row) => row.join('\t'))
      .join('\n'),
  rst: (text) =>
    `${under(text.title, '=')}\n\n${text.paragraphs.join('\n\n')}\n\n${under(text.section, '-')}\n\n${text.list.map((item) => `- ${item}`).join('\n')}\n\n${text.table.map((row) => row.join('  ')).join('\n\n')}\n`,
  org: (text) =>
    `* ${text.title}\n\n${text.paragraphs.join('\n\n')}\n\n** ${text.section}\n\n${text.list.map((item) => `- ${item}`).join('\n')}\n\n${text.table.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`,
  adoc: (text) =>
    `= ${text.title}\n\n${text.paragraphs.join('\n\n')}\n\n== ${text.section}\n\n${text.list.map((item) => `* ${item}`).join('\n')}\n\n|===\n${text.table.map((row) => `| ${row.join(' | ')}`).join('\n')}\n|===\n`,
  ipynb: (text) =>
    JSON.stringify({
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ cell_type: 'markdown', metadata: {}, source: [markdown(text)] }],
    }),
  ics: (text) =>
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'BEGIN:VEVENT',
      'UID:1',
      'DTSTART:20260503T090000Z',
      `SUMMARY:${text.title}`,
      `DESCRIPTION:${linesOf(text).slice(1).join('\\n').replace(/[,;]/g, '\\$&')}`,
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n'),
  vcf: (text) =>
    [
      'BEGIN:VCARD',
      'VERSION:4.0',
      `FN:${text.title}`,
      `NOTE:${linesOf(text).slice(1).join('\\n').replace(/[,;]/g, '\\$&')}`,
      'END:VCARD',
    ].join('\r\n'),
  rtf: (text) =>
    `{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\n${linesOf(text)
      .map((line) => `\\pard ${rtf(line)}\\par`)
      .join('\n')}}`,
  docx,
  odt: (text) =>
    odf(
      'text',
      `<office:text><text:h text:outline-level="1">${escaped(text.title)}</text:h>${text.paragraphs.map(odfParagraph).join('')}<text:h text:outline-level="2">${escaped(text.section)}</text:h><text:list>${text.list.map((item) => `<text:list-item>${odfParagraph(item)}</text:list-item>`).join('')}</text:list>${odfTable(text.table)}</office:text>`,
    ),
  odp: (text) =>
    odf(
      'presentation',
      `<office:presentation>${[linesOf(text).slice(0, 4), linesOf(text).slice(4)].map((lines) => `<draw:page><draw:frame><draw:text-box>${lines.map(odfParagraph).join('')}</draw:text-box></draw:frame></draw:page>`).join('')}</office:presentation>`,
    ),
  xlsx: (text) => workbook(text),
  xls: (text) => sheet(text, 'biff8'),
  xlsb: (text) => sheet(text, 'xlsb'),
  ods: (text) => sheet(text, 'ods'),
  pptx,
  epub: (text) =>
    zipOf({
      mimetype: 'application/epub+zip',
      'META-INF/container.xml':
        '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles><rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
      'c.opf':
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0"><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>',
      'a.xhtml': html(text),
    }),
  pdf,
  doc: docOf,
  ppt: pptOf,
  msg: msgOf,
  ...Object.fromEntries(
    Object.entries(knownPictures).map(([ending, write]) => [ending, (text) => write(captionOf(text))]),
  ),
};

/** What else is said in a file of a format: names of fields, the header of a mail. */
export const knownExtras: Record<string, string> = {
  jpg: 'JPEG image 10 10 pixels Description',
  msg: 'From Ines Subject',
  png: 'PNG image 10 10 pixels Description',
  tiff: 'TIFF image 10 10 pixels Description',
  eml: 'From a@b.example Date 2026-02-25T14:03:00.000Z Subject',
  mbox: 'From a@b.example Date 2026-02-25T14:03:00.000Z Subject',
  ndjson: 'json line line line line line line line line line line line line',
  xml: 'report line line line line line line line line line line line line',
};

function linesOf({ title, paragraphs, section, list, table }: KnownText): string[] {
  return [title, ...paragraphs, section, ...list, ...table.map((row) => row.join(' '))];
}

function rowsOf({ title, paragraphs, section, list, table }: KnownText): string[][] {
  return [[title, paragraphs[0]!, paragraphs[1]!], [paragraphs[2]!, section, ''], list, ...table];
}

function markdown({ title, paragraphs, section, list, table }: KnownText): string {
  const rows = table.map((row) => `| ${row.join(' | ')} |`);
  rows.splice(1, 0, '| --- | --- | --- |');
  return [
    `# ${title}`,
    ...paragraphs,
    `## ${section}`,
    list.map((item) => `- ${item}`).join('\n'),
    rows.join('\n'),
  ].join('\n\n');
}

function html({ language, title, paragraphs, section, list, table }: KnownText): string {
  const wrap = (tag: string) => (text: string) => `<${tag}>${escaped(text)}</${tag}>`;
  const rows = table.map((row, n) => `<tr>${row.map(wrap(n === 0 ? 'th' : 'td')).join('')}</tr>`);
  const body = [title === '' ? '' : wrap('h1')(title), ...paragraphs.map(wrap('p')), wrap('h2')(section)];
  return `<html lang="${language}"><head><meta charset="utf-8"/></head><body>${body.join('')}<ul>${list.map(wrap('li')).join('')}</ul><table>${rows.join('')}</table></body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function mime({ title }: KnownText, type: string, body: string): string {
  const subject = `=?utf-8?B?${Buffer.from(title).toString('base64')}?=`;
  const from = type.startsWith('multipart') ? '<Saved by Blink>' : 'a@b.example';
  return [
    `From: ${from}`,
    `Subject: ${subject}`,
    'Message-ID: <1@b>',
    'Date: Wed, 25 Feb 2026 14:03:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: ${type}`,
    '',
    body,
  ].join('\r\n');
}

function under(text: string, mark: string): string {
  return `${text}\n${mark.repeat(text.length)}`;
}

function rtf(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0)}?`);
}

function docx({ title, paragraphs, section, list, table }: KnownText): Promise<Uint8Array> {
  const rows = table.map(
    (row) =>
      new TableRow({ children: row.map((cell) => new TableCell({ children: [new Paragraph(cell)] })) }),
  );
  const children = [
    new Paragraph({ text: title, heading: HeadingLevel.HEADING_1 }),
    ...paragraphs.map((text) => new Paragraph(text)),
    new Paragraph({ text: section, heading: HeadingLevel.HEADING_2 }),
    ...list.map((text) => new Paragraph({ text, bullet: { level: 0 } })),
    new Table({ rows }),
  ];
  return Packer.toBuffer(new Document({ sections: [{ children }] }));
}

const odfNames = ['office', 'text', 'table', 'draw']
  .map(
    (name) =>
      `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name === 'draw' ? 'drawing' : name}:1.0"`,
  )
  .join(' ');

function odf(kind: string, body: string): Buffer {
  return zipOf({
    mimetype: `application/vnd.oasis.opendocument.${kind}`,
    'content.xml': `<?xml version="1.0" encoding="UTF-8"?><office:document-content ${odfNames}><office:body>${body}</office:body></office:document-content>`,
    'META-INF/manifest.xml':
      '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
  });
}

function odfParagraph(text: string): string {
  return `<text:p>${escaped(text)}</text:p>`;
}

function odfTable(table: string[][]): string {
  const rows = table.map(
    (row) =>
      `<table:table-row>${row.map((cell) => `<table:table-cell>${odfParagraph(cell)}</table:table-cell>`).join('')}</table:table-row>`,
  );
  return `<table:table>${rows.join('')}</table:table>`;
}

async function workbook(text: KnownText): Promise<Uint8Array> {
  const book = new ExcelJS.Workbook();
  const page = book.addWorksheet(text.section.slice(0, 5));
  for (const row of rowsOf(text)) page.addRow(row.map((cell) => (/^\d+$/.test(cell) ? Number(cell) : cell)));
  return new Uint8Array(await book.xlsx.writeBuffer());
}

function sheet(text: KnownText, bookType: 'biff8' | 'xlsb' | 'ods'): Uint8Array {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rowsOf(text)), text.section.slice(0, 5));
  return new Uint8Array(XLSX.write(book, { type: 'buffer', bookType }) as Buffer);
}

async function pptx({ title, paragraphs, section, list, table }: KnownText): Promise<Uint8Array> {
  // Its typings describe the other module format.
  const Deck = pptxgen as unknown as typeof pptxgen.default;
  const deck = new Deck();
  const first = deck.addSlide();
  for (const [n, text] of [title, ...paragraphs].entries()) first.addText(text, { x: 1, y: n, w: 8, h: 1 });
  const second = deck.addSlide();
  for (const [n, text] of [section, ...list].entries()) second.addText(text, { x: 1, y: n, w: 8, h: 0.5 });
  second.addTable(
    table.map((row) => row.map((text) => ({ text }))),
    { x: 1, y: 4 },
  );
  return new Uint8Array((await deck.write({ outputType: 'arraybuffer' })) as ArrayBuffer);
}

async function pdf({ title, paragraphs, section, list, table }: KnownText): Promise<Uint8Array> {
  const file = await PDFDocument.create();
  const font = await file.embedFont(StandardFonts.Helvetica);
  const page = file.addPage([595, 842]);
  let y = 790;
  const write = (text: string, size: number, x = 50) => page.drawText(text, { x, y, size, font });
  const step = (by: number) => (y -= by);
  write(title, 22);
  step(40);
  for (const text of paragraphs) {
    for (const line of text.match(/.{1,85}(?: |$)/g) ?? []) {
      write(line.trim(), 11);
      step(14);
    }
    step(14);
  }
  write(section, 16);
  step(26);
  for (const item of list) {
    write(item, 11);
    step(28);
  }
  for (const row of table) {
    for (const [n, cell] of row.entries()) write(cell, 11, 50 + 150 * n);
    step(18);
  }
  return file.save();
}
