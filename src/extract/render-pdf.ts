import { LiteParse } from '@llamaindex/liteparse';
import type { Picture, PictureOrder, PictureWanted } from '../domain/pictures.ts';
import { PAGE_DPI } from '../domain/pictures.ts';
import type { ReaderInput } from './draft.ts';
import { isEncrypted, pdfFailure } from './pdf-failure.ts';
import { fitPicture } from './fit-picture.ts';
import { renderEach } from './render-each.ts';

/** Pages of a PDF as pictures, one after the other: a page in memory is some ten million bytes. */
export async function renderPdf(
  input: ReaderInput,
  { pages }: Pick<PictureOrder, 'pages'>,
): Promise<Picture[]> {
  return renderEach(pages, input, async (wanted) =>
    fitPicture(await renderPage(input, wanted), wanted, input),
  );
}

async function renderPage(
  { bytes, passwords }: ReaderInput,
  { page, scale }: PictureWanted,
): Promise<Buffer> {
  const dpi = Math.ceil(PAGE_DPI * scale);
  for (const password of [undefined, ...passwords]) {
    const parser = new LiteParse({
      ...{ ocrEnabled: false, quiet: true, dpi, numWorkers: 1 },
      ...(password === undefined ? {} : { password }),
    });
    try {
      const [shot] = await parser.screenshot(bytes, [page]);
      if (shot !== undefined) return shot.imageBuffer;
      throw new Error(`page ${page} cannot be drawn`);
    } catch (error) {
      if (!isEncrypted(error)) throw pdfFailure(error);
    }
  }
  throw pdfFailure(new Error('password'));
}
