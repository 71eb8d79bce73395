import { deflateSync } from 'node:zlib';
import { docxOf } from './zip.ts';

export interface HostileFile {
  name: string;
  content: string | Buffer;
  /** What it fails with. */
  code: string;
}

/** One file for each way in which a document can hurt its reader. */
export function hostileFiles(): HostileFile[] {
  return [
    // Each set of pages holds one other: the parser goes down the chain again and again.
    { name: 'hang.pdf', content: pdfOf(chainOfPages(200_000)), code: 'parse_stalled' },
    {
      name: 'memory.docx',
      content: docxOf('<w:p><w:r><w:t>word</w:t></w:r></w:p>'.repeat(1_000_000)),
      code: 'parse_oom',
    },
    { name: 'crash.pdf', content: pdfOf(outlineLoop), code: 'parser_crash' },
    {
      name: 'bomb.docx',
      content: docxOf(`<w:p>${' '.repeat(300 * 1024 * 1024)}</w:p>`),
      code: 'archive_bomb',
    },
    { name: 'laughs.xml', content: billionLaughs(), code: 'entity_expansion' },
    { name: 'nest.json', content: '['.repeat(200_000) + ']'.repeat(200_000), code: 'nested_too_deep' },
    { name: 'gigapixel.png', content: gigapixelPng(), code: 'image_too_large' },
    { name: 'loop.pdf', content: pdfOf(pageLoop), code: 'corrupt' },
  ];
}

const page = '<</Type/Page/MediaBox[0 0 200 200]>>';
const pageLoop = ['<</Type/Catalog/Pages 2 0 R>>', '<</Type/Pages/Count 9/Kids[2 0 R 2 0 R]>>'];
const outlineLoop = [
  '<</Type/Catalog/Pages 2 0 R/Outlines 4 0 R>>',
  '<</Type/Pages/Count 1/Kids[3 0 R]>>',
  page,
  '<</First 5 0 R/Last 5 0 R>>',
  '<</Title(x)/Parent 4 0 R/First 5 0 R/Next 5 0 R>>',
];

function chainOfPages(length: number): string[] {
  const chain = Array.from({ length }, (_, n) => `<</Type/Pages/Count 1/Kids[${n + 3} 0 R]>>`);
  return ['<</Type/Catalog/Pages 2 0 R>>', ...chain, page];
}

/** A PDF of these objects, the first of which is its catalog. */
function pdfOf(objects: string[]): Buffer {
  const parts = ['%PDF-1.4\n'];
  let offset = parts[0]!.length;
  const offsets = objects.map((object, index) => {
    const part = `${index + 1} 0 obj\n${object}\nendobj\n`;
    const at = offset;
    parts.push(part);
    offset += part.length;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}`);
  parts.push(`trailer<</Root 1 0 R/Size ${objects.length + 1}>>\nstartxref\n${offset}\n%%EOF`);
  return Buffer.from(parts.join(''), 'latin1');
}

function billionLaughs(): string {
  const entities = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);
  return `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "lol">${entities.join('')}]><l>&l9;</l>`;
}

/** Only its head says how large it is. */
function gigapixelPng(): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(type, 4);
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const size = Buffer.from([0, 0, 0x9c, 0x40, 0, 0, 0x75, 0x30, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    ...[chunk('IHDR', size), chunk('IDAT', deflateSync(Buffer.alloc(1000))), chunk('IEND', Buffer.alloc(0))],
  ]);
}
