import sharp from 'sharp';
import type { SharpInput, SharpOptions } from 'sharp';
import type { ExtractionLimits } from '../domain/extraction.ts';
import type { Picture } from '../domain/pictures.ts';

// One document at a time, and each in its own size: a cache would only hold memory.
sharp.cache(false);
sharp.concurrency(1);

/** Qualities at which text is still sharp; then the picture is made smaller. */
const QUALITIES = [82, 65, 50];
const SMALLER = 0.7;
const LEAST_PX = 64;

/** A JPEG that fits into the box, upright, on white, and within the limit of bytes. Never enlarged. */
export async function fitPicture(
  input: SharpInput,
  box: { widthPx: number; heightPx: number },
  { maxPixels, maxPictureBytes }: Pick<ExtractionLimits, 'maxPixels' | 'maxPictureBytes'>,
  options: SharpOptions = {},
): Promise<Omit<Picture, 'page'>> {
  let { widthPx, heightPx } = box;
  const source = sharp(input, {
    ...{ limitInputPixels: maxPixels, sequentialRead: true },
    // Half of a cut off photograph is better than nothing.
    failOn: 'none',
    ...options,
  });
  for (;;) {
    const fitted = source
      .clone()
      .autoOrient()
      .flatten({ background: 'white' })
      .resize(widthPx, heightPx, { fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb');
    for (const quality of QUALITIES) {
      const { data, info } = await fitted.clone().jpeg({ quality }).toBuffer({ resolveWithObject: true });
      const isLast = Math.max(info.width, info.height) <= LEAST_PX;
      if (data.length <= maxPictureBytes || isLast) {
        return { bytes: data, widthPx: info.width, heightPx: info.height };
      }
    }
    widthPx = Math.max(1, Math.floor(widthPx * SMALLER));
    heightPx = Math.max(1, Math.floor(heightPx * SMALLER));
  }
}
