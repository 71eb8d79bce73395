import type { ExtractionLimits } from '../domain/extraction.ts';
import type { PictureOrder } from '../domain/pictures.ts';

/** Pictures go where a PDF would go: together they may have what it may have, and so each has its share. */
export function limitsFor(
  { pages, maxPdfBytes }: Pick<PictureOrder, 'pages' | 'maxPdfBytes'>,
  limits: ExtractionLimits,
): ExtractionLimits {
  const share = Math.floor(maxPdfBytes / Math.max(1, pages.length));
  return { ...limits, maxPictureBytes: Math.min(limits.maxPictureBytes, share) };
}
