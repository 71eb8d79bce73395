import decodeHeic from 'heic-decode';
import { decode as decodeBmp } from 'bmp-ts';
import { permanent } from '../domain/failure.ts';
import type { Picture, PictureOrder, PictureWanted } from '../domain/pictures.ts';
import type { ReaderInput } from './draft.ts';
import { fitPicture } from './fit-picture.ts';
import { isHeic } from './raw-pixels.ts';
import { renderEach } from './render-each.ts';

/** The frames of an image that are asked for, as far as they can be decoded. */
export async function renderImage(
  input: ReaderInput,
  { pages }: Pick<PictureOrder, 'pages'>,
): Promise<Picture[]> {
  return renderEach(pages, input, (wanted) => renderFrame(input, wanted));
}

async function renderFrame(input: ReaderInput, wanted: PictureWanted): Promise<Omit<Picture, 'page'>> {
  const { bytes, mimeType } = input;
  try {
    if (mimeType === 'image/bmp') return await fitRaw(rawBmp(bytes), wanted, input);
    if (isHeic(mimeType)) return await fitRaw(await rawHeic(bytes), wanted, input);
    // Of a moving picture the first frame is what a person would print.
    const page = mimeType === 'image/tiff' ? wanted.page - 1 : 0;
    return await fitPicture(bytes, wanted, input, { page });
  } catch (error) {
    const message = `The image cannot be decoded (${(error as Error).message.slice(0, 200)}).`;
    throw permanent('corrupt', message, { stage: 'extract', cause: error });
  }
}

interface Raw {
  data: Uint8Array;
  width: number;
  height: number;
}

function fitRaw(
  { data, width, height }: Raw,
  wanted: PictureWanted,
  input: ReaderInput,
): Promise<Omit<Picture, 'page'>> {
  return fitPicture(data, wanted, input, { raw: { width, height, channels: 4 } });
}

function rawBmp(bytes: Buffer): Raw {
  const { data, width, height } = decodeBmp(bytes, { toRGBA: true });
  // Most writers leave the fourth byte empty.
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
  return { data, width, height };
}

async function rawHeic(bytes: Buffer): Promise<Raw> {
  const { data, width, height } = await decodeHeic({ buffer: bytes });
  return { data: new Uint8Array(data), width, height };
}
