import { LiteParse } from '@llamaindex/liteparse';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import sharp from 'sharp';

const PAGE: [number, number] = [595, 842];
const LINES_PER_PAGE = 40;

/** A digital PDF: each text is a page, each line a line. Standard fonts, so that it needs none of the system's. */
export async function nativePdf(pages: readonly string[]): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const text of pages) {
    const page = pdf.addPage(PAGE);
    for (const [index, line] of text.split('\n').slice(0, LINES_PER_PAGE).entries()) {
      page.drawText(line, { x: 50, y: 780 - index * 18, size: 12, font });
    }
  }
  return Buffer.from(await pdf.save());
}

/** Pictures of pages with these texts, as a scanner at 200 dpi gives them. */
export async function scannedPages(pages: readonly string[]): Promise<Buffer[]> {
  const parser = new LiteParse({ ocrEnabled: false, quiet: true, dpi: 200 });
  const shots = await parser.screenshot(
    await nativePdf(pages),
    pages.map((_, index) => index + 1),
  );
  return Promise.all(shots.map(({ imageBuffer }) => sharp(imageBuffer).jpeg({ quality: 80 }).toBuffer()));
}

/** A PDF without a text layer: a picture on each page; with text instead on the pages of `digital`. */
export async function scannedPdf(
  pages: readonly string[],
  digital: ReadonlyMap<number, string> = new Map(),
): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (const [index, bytes] of (await scannedPages(pages)).entries()) {
    const page = pdf.addPage(PAGE);
    const text = digital.get(index + 1);
    if (text !== undefined) page.drawText(text, { x: 50, y: 700, size: 12, font });
    else page.drawImage(await pdf.embedJpg(bytes), { x: 0, y: 0, width: PAGE[0], height: PAGE[1] });
  }
  return Buffer.from(await pdf.save());
}
