import { constants, inflateSync } from 'node:zlib';
import type { AsideText } from '../../domain/suspicion.ts';

/** Where pictures keep words: at either end. */
const SEARCHED_BYTES = 512 * 1024;
const MAX_TEXT_BYTES = 1024 * 1024;

/** Words in a picture's file that are not in the picture: camera data, captions, comments, as far as they are legible. */
export function imageAsides(bytes: Buffer): AsideText[] {
  const ends =
    bytes.length <= 2 * SEARCHED_BYTES
      ? [bytes]
      : [bytes.subarray(0, SEARCHED_BYTES), bytes.subarray(bytes.length - SEARCHED_BYTES)];
  const texts = ends.flatMap((part) => {
    const latin = part.toString('latin1');
    const narrow = latin.match(/[\x20-\x7e\n]{16,20000}/g) ?? [];
    const wide = (latin.match(/(?:[\x20-\x7e]\0){16,20000}/g) ?? []).map((text) => text.replaceAll('\0', ''));
    return [...narrow, ...wide, ...packedTexts(part)];
  });
  return texts.map((text) => ({ origin: 'metadata', text }));
}

/** PNG packs long texts. */
function packedTexts(part: Buffer): string[] {
  const texts: string[] = [];
  for (const kind of ['zTXt', 'iTXt']) {
    for (let at = part.indexOf(kind); at >= 4; at = part.indexOf(kind, at + 4)) {
      const chunk = part.subarray(at + 4, at + 4 + part.readUInt32BE(at - 4));
      for (
        let start = chunk.indexOf(0x78);
        start >= 0 && start < 300;
        start = chunk.indexOf(0x78, start + 1)
      ) {
        const text = inflated(chunk.subarray(start));
        if (text !== '') texts.push(text);
      }
    }
  }
  return texts;
}

function inflated(packed: Buffer): string {
  try {
    return inflateSync(packed, {
      maxOutputLength: MAX_TEXT_BYTES,
      finishFlush: constants.Z_SYNC_FLUSH,
    }).toString('utf8');
  } catch {
    return '';
  }
}
