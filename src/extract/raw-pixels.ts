/** BMP and HEIC are decoded as a whole, four bytes a pixel; the other formats are read in stripes. */
const MAX_RAW_PIXELS = 64_000_000;

/** Pixels of an image that can still be shown. */
export function maxPixelsOf(mimeType: string, maxPixels: number): number {
  const isHeldWhole = mimeType === 'image/bmp' || isHeic(mimeType);
  return isHeldWhole ? Math.min(maxPixels, MAX_RAW_PIXELS) : maxPixels;
}

export function isHeic(mimeType: string): boolean {
  return /^image\/hei[cf]/.test(mimeType);
}
