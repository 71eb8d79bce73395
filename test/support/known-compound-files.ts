import XLSX from '@e965/xlsx';
import type { KnownText } from './known-texts.ts';

/** The package's typings leave it open. */
const CFB = XLSX.CFB as {
  utils: { cfb_new(): object; cfb_add(file: object, path: string, content: Buffer): void };
  write(file: object, options: { type: 'buffer' }): Buffer;
};

function compoundOf(streams: Record<string, Buffer>): Buffer {
  const file = CFB.utils.cfb_new();
  for (const [path, content] of Object.entries(streams)) CFB.utils.cfb_add(file, `/${path}`, content);
  return Buffer.from(CFB.write(file, { type: 'buffer' }));
}

const TEXT_AT = 0x800;

/** A Word 97 file of one piece of text ([MS-DOC] 2.5 and 2.8.35). */
export function docOf({ title, paragraphs, section, list, table }: KnownText): Buffer {
  const rows = table.map((row) => row.join(' '));
  const text = [title, ...paragraphs, section, ...list, ...rows].map((line) => `${line}\r`).join('');
  const main = Buffer.alloc(Math.max(TEXT_AT + text.length * 2, 8192));
  main.writeUInt16LE(0xa5ec, 0);
  main.writeUInt16LE(0xc1, 2);
  main.writeUInt16LE(0x0200, 10);
  main.writeUInt16LE(14, 32);
  main.writeUInt16LE(22, 62);
  main.writeUInt32LE(text.length, 0x4c);
  main.writeUInt16LE(93, 152);
  const pieces = Buffer.alloc(5 + 16);
  pieces.writeUInt8(2, 0);
  pieces.writeUInt32LE(16, 1);
  pieces.writeUInt32LE(text.length, 9);
  pieces.writeUInt32LE(TEXT_AT, 15);
  main.writeUInt32LE(pieces.length, 0x1a6);
  main.write(text, TEXT_AT, 'utf16le');
  const tables = Buffer.alloc(4096);
  pieces.copy(tables);
  return compoundOf({ WordDocument: main, '1Table': tables });
}

function record(type: number, version: number, instance: number, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE((instance << 4) | version, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

/** A PowerPoint 97 file of two slides, whose texts stand in the outline ([MS-PPT] 2.4.14.3). */
export function pptOf({ title, paragraphs, section, list, table }: KnownText): Buffer {
  const block = (kind: number, text: string): Buffer[] => {
    const header = Buffer.alloc(4);
    header.writeUInt32LE(kind);
    return [record(3999, 0, 0, header), record(4000, 0, 0, Buffer.from(text, 'utf16le'))];
  };
  const slide = (n: number, head: string, lines: string[]): Buffer[] => {
    const persist = Buffer.alloc(20);
    persist.writeUInt32LE(n, 0);
    persist.writeUInt32LE(255 + n, 12);
    return [record(1011, 0, 0, persist), ...block(0, head), ...block(1, lines.join('\r'))];
  };
  const rows = table.map((row) => row.join(' '));
  const slides = Buffer.concat([...slide(1, title, paragraphs), ...slide(2, section, [...list, ...rows])]);
  const document = record(1000, 0xf, 0, record(4080, 0xf, 0, slides));
  return compoundOf({ 'PowerPoint Document': document, 'Current User': Buffer.alloc(64) });
}

/** An Outlook message with a subject and a body ([MS-OXMSG] 2.1). */
export function msgOf({ title, paragraphs, section, list, table }: KnownText): Buffer {
  const body = [...paragraphs, section, ...list, ...table.map((row) => row.join(' '))].join('\r\n\r\n');
  return compoundOf({
    '__properties_version1.0': Buffer.alloc(32),
    '__substg1.0_001A001F': Buffer.from('IPM.Note', 'utf16le'),
    '__substg1.0_0037001F': Buffer.from(title, 'utf16le'),
    '__substg1.0_0C1A001F': Buffer.from('Ines', 'utf16le'),
    '__substg1.0_1000001F': Buffer.from(body, 'utf16le'),
  });
}
