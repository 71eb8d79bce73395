import { createHash } from 'node:crypto';
import { expect } from 'chai';
import sharp from 'sharp';
import { encode } from 'bmp-ts';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import type { Picture, PictureOrder } from '../../../src/domain/pictures.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import { renderFile } from '../../../src/extract/render-file.ts';
import { tiffOf } from '../../support/tiff.ts';
import { failureOf } from './extract.ts';
import { nativePdf, scannedPages, scannedPdf } from '../../support/scanned-pdf.ts';

const known = { memberPath: [], known: null };
const read = (content: Buffer, name: string) => extractFile({ content, name, ...known }, defaultLimits);

function render(content: Buffer, name: string, order: Partial<PictureOrder>, limits = defaultLimits) {
  const contentSha256 = createHash('sha256').update(content).digest('hex');
  const whole: PictureOrder = { contentSha256, pages: [], as: 'jpeg', maxPdfBytes: 1e7, ...order };
  return renderFile({ content, name, memberPath: [], order: whole }, limits);
}

async function picturesOf(...args: Parameters<typeof render>): Promise<Picture[]> {
  const rendered = await render(...args);
  if (!('pictures' in rendered)) return expect.fail('Expected pictures');
  return rendered.pictures;
}

const box = (page: number) => ({ page, widthPx: 500, heightPx: 500, scale: 0.25 });

describe('what a model is shown', () => {
  it('names the pages of a PDF that are pictures, and keeps the warning', async () => {
    const bytes = await scannedPdf(['One', 'Two', 'Three'], new Map([[2, 'This page has its text.']]));
    const { extraction } = await read(bytes, 'scan.pdf');
    const shown = extraction!.parts.map(({ kind, index, isPicture }) => [kind, index, isPicture ?? false]);
    expect(shown).to.deep.equal([
      ['page', 1, true],
      ['page', 2, false],
      ['page', 3, true],
    ]);
    expect(extraction!.parts[0]).to.include({ widthPx: 1653, heightPx: 2339 });
    expect(extraction!.warnings).to.deep.equal(['2 of 3 pages have no text layer']);
  });

  it('does not show empty pages', async () => {
    const bytes = await nativePdf(['Some text', '']);
    const { extraction } = await read(bytes, 'half.pdf');
    expect(extraction!.parts.filter(({ isPicture }) => isPicture)).to.have.length(0);
  });

  it('shows no more pages than the limit, and says so', async () => {
    const bytes = await scannedPdf(['One', 'Two', 'Three']);
    const limits = { ...defaultLimits, maxPictures: 2 };
    const { extraction } = await extractFile({ content: bytes, name: 'scan.pdf', ...known }, limits);
    expect(extraction!.parts.filter(({ isPicture }) => isPicture)).to.have.length(2);
    expect(extraction!.warnings.join()).to.contain('only the first 2');
  });

  it('draws pages within their box', async () => {
    const bytes = await scannedPdf(['One', 'Two']);
    const pictures = await picturesOf(bytes, 'scan.pdf', { pages: [box(1), box(2)] });
    expect(pictures.map(({ page }) => page)).to.deep.equal([1, 2]);
    for (const { bytes: jpeg, widthPx, heightPx } of pictures) {
      expect(await sharp(jpeg).metadata()).to.include({ format: 'jpeg', width: widthPx, height: heightPx });
      expect([Math.max(widthPx, heightPx), widthPx < heightPx]).to.deep.equal([500, true]);
    }
  });

  it('keeps a picture below the limit of bytes', async () => {
    const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
    const create = { width: 900, height: 900, channels: 3 as const, background: 'white', noise };
    const bytes = await sharp({ create }).png().toBuffer();
    const limits = { ...defaultLimits, maxPictureBytes: 50_000 };
    const pages = [{ page: 1, widthPx: 900, heightPx: 900, scale: 1 }];
    const [picture] = await picturesOf(bytes, 'noise.png', { pages }, limits);
    expect(picture!.bytes.length).to.be.at.most(50_000);
  });

  it('decodes the formats that models do not take', async () => {
    const red = await sharp({ create: { width: 80, height: 40, channels: 4, background: 'red' } })
      .raw()
      .toBuffer();
    const raw = { width: 80, height: 40, channels: 4 as const };
    const abgr = Buffer.from(red).swap32();
    const files: Record<string, Buffer> = {
      'a.tiff': await sharp(red, { raw }).tiff().toBuffer(),
      'a.webp': await sharp(red, { raw }).webp().toBuffer(),
      'a.gif': await sharp(red, { raw }).gif().toBuffer(),
      'a.bmp': encode({ data: abgr, width: 80, height: 40, bitPP: 24 }).data,
    };
    for (const [name, bytes] of Object.entries(files)) {
      const { extraction } = await read(bytes, name);
      expect(extraction!.parts[0], name).to.include({ widthPx: 80, heightPx: 40, isPicture: true });
      const [picture] = await picturesOf(bytes, name, { pages: [box(1)] });
      expect([picture!.widthPx, picture!.heightPx], name).to.deep.equal([80, 40]);
      const { data } = await sharp(picture!.bytes).raw().toBuffer({ resolveWithObject: true });
      expect([data[0]! > 230, data[1]! < 30, data[2]! < 30], name).to.deep.equal([true, true, true]);
    }
  });

  it('takes pages out of a PDF, and draws those of one that it cannot take apart', async () => {
    const bytes = await nativePdf(['One', 'Two', 'Three', 'Four']);
    const pages = [box(2), box(3)];
    const cut = await render(bytes, 'four.pdf', { pages, as: 'pdf' });
    if (!('pdf' in cut)) return expect.fail('Expected a PDF');
    const { extraction } = await read(Buffer.from(cut.pdf), 'cut.pdf');
    expect(extraction!.markdown).to.equal('Two\n\nThree');
    const small = await render(bytes, 'four.pdf', { pages, as: 'pdf', maxPdfBytes: 10 });
    expect(small).to.have.property('pictures').with.length(2);
  });

  it('refuses a file that is not the one that was read', async () => {
    const [bytes] = await scannedPages(['One']);
    const failure = await render(bytes!, 'a.jpg', { contentSha256: 'other', pages: [box(1)] }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.include({ failureClass: 'transient', code: 'busy_file' });
  });

  it('leaves out what cannot be decoded, and fails when that is all', async () => {
    const pages = [box(1), box(2)];
    const pictures = await picturesOf(tiffOf(['whole', 'broken']), 'two.tiff', { pages });
    expect(pictures.map(({ page }) => page)).to.deep.equal([1]);
    const failure = await failureOf(render(tiffOf(['broken', 'broken']), 'two.tiff', { pages }));
    expect(failure.code).to.equal('corrupt');
  });
});
