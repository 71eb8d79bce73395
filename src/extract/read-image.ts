import ExifReader from 'exifreader';
import type { ExpandedTags } from 'exifreader';
import { imageSize } from 'image-size';
import { permanent } from '../domain/failure.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { imageDraft } from './image-draft.ts';
import type { ImageFacts } from './image-draft.ts';
import { maxPixelsOf } from './raw-pixels.ts';

/** Size and camera data of a picture. Its pixels are decoded only for a model that looks at it, by render-image.ts. */
export async function readImage(input: ReaderInput): Promise<Draft> {
  const size = sizeOf(input.bytes);
  const widthPx = size.width;
  const heightPx = size.height;
  if (widthPx * heightPx > input.maxPixels) {
    const message = `The image has ${widthPx} × ${heightPx} pixels; the limit is ${input.maxPixels} in all.`;
    throw permanent('image_too_large', message, {
      stage: 'extract',
      context: { widthPx, heightPx, maxPixels: input.maxPixels },
    });
  }
  const frames = await frameCount(input);
  return imageDraft(input, {
    frames,
    isShown: widthPx * heightPx <= maxPixelsOf(input.mimeType, input.maxPixels),
    format: input.mimeType.replace('image/', '').toUpperCase(),
    // From the fifth on, the camera was held upright.
    ...((size.orientation ?? 1) >= 5 ? { widthPx: heightPx, heightPx: widthPx } : { widthPx, heightPx }),
    ...exifFacts(input.bytes),
  });
}

const MAX_FRAMES = 10_000;

/** Faxes and scanners put pages one behind the other into one TIFF. */
async function frameCount({ bytes, mimeType, maxPixels }: ReaderInput): Promise<number> {
  if (mimeType !== 'image/tiff') return 1;
  try {
    const { default: sharp } = await import('sharp');
    const { pages = 1 } = await sharp(bytes, { limitInputPixels: maxPixels }).metadata();
    return Math.min(pages, MAX_FRAMES);
  } catch {
    return 1;
  }
}

function sizeOf(bytes: Buffer): ReturnType<typeof imageSize> {
  try {
    return imageSize(bytes);
  } catch (error) {
    const message = `The image is damaged or cut off (${(error as Error).message}).`;
    throw permanent('corrupt', message, { stage: 'extract', cause: error });
  }
}

function exifFacts(bytes: Buffer): Partial<ImageFacts> {
  const { exif, iptc, xmp, gps } = loadTags(bytes);
  const find = (...tags: ({ description: unknown } | undefined)[]): string | undefined =>
    tags.map((tag) => clean(tag?.description)).find((text) => text !== '');
  const title = find(xmp?.title, iptc?.['Object Name']);
  const description = find(exif?.ImageDescription, xmp?.description, iptc?.['Caption/Abstract']);
  const author = find(exif?.Artist, xmp?.creator, xmp?.Author);
  const takenAt = isoTime(find(exif?.DateTimeOriginal, exif?.DateTime));
  const maker = find(exif?.Make) ?? '';
  const model = find(exif?.Model) ?? '';
  const camera = (model.startsWith(maker) ? model : `${maker} ${model}`).trim();
  const { Latitude: latitude, Longitude: longitude } = gps ?? {};
  return {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(camera === '' ? {} : { camera }),
    ...(latitude === undefined || longitude === undefined
      ? {}
      : { position: `${latitude.toFixed(5)}, ${longitude.toFixed(5)}` }),
  };
}

/** Damaged or absent camera data says nothing about the picture. */
function loadTags(bytes: Buffer): ExpandedTags {
  try {
    return ExifReader.load(bytes, { expanded: true });
  } catch {
    return {};
  }
}

function clean(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  // Cameras fill fixed fields with NULs.
  return text
    .replace(/[\s\u0000]+/g, ' ')
    .trim()
    .slice(0, 2000);
}

/** `2003:12:14 12:01:44`; the zone is unknown. */
function isoTime(text: string | undefined): string | undefined {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text ?? '');
  if (match === null || match[1] === '0000') return undefined;
  const [, year, month, day, time] = match;
  return `${year!}-${month!}-${day!}T${time!}`;
}
