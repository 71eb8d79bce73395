const WIDTH = 64;
const HEIGHT = 64;
const SHORT = 3;
const LONG = 4;

/** A TIFF with these grey pictures; a broken one has pixels of five bits. */
export function tiffOf(frames: readonly ('whole' | 'broken')[]): Buffer {
  const head = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  const tagCount = 9;
  const directoryBytes = 2 + tagCount * 12 + 4;
  const frameBytes = directoryBytes + WIDTH * HEIGHT;
  const parts = frames.map((frame, index) => {
    const start = head.length + index * frameBytes;
    const tags: [tag: number, type: number, value: number][] = [
      [256, SHORT, WIDTH],
      [257, SHORT, HEIGHT],
      [258, SHORT, frame === 'whole' ? 8 : 5],
      [259, SHORT, 1],
      [262, SHORT, 1],
      [273, LONG, start + directoryBytes],
      [277, SHORT, 1],
      [278, SHORT, HEIGHT],
      [279, LONG, WIDTH * HEIGHT],
    ];
    const directory = Buffer.alloc(directoryBytes);
    directory.writeUInt16LE(tagCount, 0);
    for (const [place, [tag, type, value]] of tags.entries()) {
      const at = 2 + place * 12;
      directory.writeUInt16LE(tag, at);
      directory.writeUInt16LE(type, at + 2);
      directory.writeUInt32LE(1, at + 4);
      directory.writeUInt32LE(value, at + 8);
    }
    directory.writeUInt32LE(index + 1 < frames.length ? start + frameBytes : 0, directoryBytes - 4);
    return Buffer.concat([directory, Buffer.alloc(WIDTH * HEIGHT, 0xff)]);
  });
  return Buffer.concat([head, ...parts]);
}
