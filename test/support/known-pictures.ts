import { crc32 } from 'node:zlib';
import type { KnownText } from './known-texts.ts';

/** A picture of 10 × 10 pixels, without any; what is written with it is in its description (Exif tag 270). */
export const knownPictures: Record<string, (description: string) => Buffer> = {
  tiff: exif,
  png: (description) =>
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', Buffer.from([0, 0, 0, 10, 0, 0, 0, 10, 8, 2, 0, 0, 0])),
      chunk('eXIf', exif(description)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  jpg: (description) => {
    const data = Buffer.concat([Buffer.from('Exif\0\0'), exif(description)]);
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0]);
    head.writeUInt16BE(data.length + 2, 4);
    const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 10, 0, 10, 1, 1, 0x11, 0, 0xff, 0xd9]);
    return Buffer.concat([head, data, frame]);
  },
};

/** A TIFF file of three tags: width, height, description. */
function exif(description: string): Buffer {
  const text = Buffer.from(`${description}\0`);
  const head = Buffer.alloc(8 + 2 + 3 * 12 + 4);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(3, 8);
  const tags = [
    [256, 4, 1, 10],
    [257, 4, 1, 10],
    [270, 2, text.length, head.length],
  ] as const;
  for (const [n, [tag, type, count, value]] of tags.entries()) {
    head.writeUInt16LE(tag, 10 + 12 * n);
    head.writeUInt16LE(type, 12 + 12 * n);
    head.writeUInt32LE(count, 14 + 12 * n);
    head.writeUInt32LE(value, 18 + 12 * n);
  }
  return Buffer.concat([head, text]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** Short enough for a description. */
export function captionOf({ title, paragraphs, section, list, table }: KnownText): string {
  return [title, ...paragraphs, section, ...list, ...table.map((row) => row.join(' '))].join('. ');
}
