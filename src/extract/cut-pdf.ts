import { PDFDocument } from 'pdf-lib';
import type { PictureOrder } from '../domain/pictures.ts';

/** A PDF of these pages alone; null when it is protected or damaged, or would be larger than is allowed. */
export async function cutPdf(
  bytes: Buffer,
  { pages, maxPdfBytes }: Pick<PictureOrder, 'pages' | 'maxPdfBytes'>,
): Promise<Uint8Array | null> {
  const cut = await cutOut(
    bytes,
    pages.map(({ page }) => page - 1),
  ).catch(() => null);
  return cut === null || cut.length > maxPdfBytes ? null : cut;
}

async function cutOut(bytes: Buffer, indexes: readonly number[]): Promise<Uint8Array> {
  const whole = await PDFDocument.load(bytes, { updateMetadata: false });
  if (indexes.length === whole.getPageCount()) return bytes;
  const cut = await PDFDocument.create({ updateMetadata: false });
  for (const page of await cut.copyPages(whole, [...indexes])) cut.addPage(page);
  return cut.save();
}
