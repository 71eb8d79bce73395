import { imageSize } from 'image-size';
import { constants, inflateSync } from 'node:zlib';

/** Width and height of an image in Base64; null when it is none. */
export function sideways(base64: string): { width: number; height: number; type: string } | null {
  try {
    const { width, height, type = '' } = imageSize(Buffer.from(base64, 'base64'));
    return { width, height, type };
  } catch {
    return null;
  }
}

/** Pages of a PDF in Base64, also where they stand in compressed object streams. */
export function pdfPages(base64: string): number {
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('latin1');
  let pages = countPages(text);
  for (const { index } of text.matchAll(/\/Type\s*\/ObjStm/g)) {
    const start = text.indexOf('stream', index);
    const end = text.indexOf('endstream', start);
    if (start < 0 || end < 0) continue;
    const from = start + 'stream'.length + (text[start + 6] === '\r' ? 2 : 1);
    pages += countPages(unpack(bytes.subarray(from, end)));
  }
  return Math.max(1, pages);
}

function countPages(text: string): number {
  return text.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 0;
}

function unpack(packed: Buffer): string {
  try {
    return inflateSync(packed, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
  } catch {
    return '';
  }
}
