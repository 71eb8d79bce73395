import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import type { Extraction } from '../../../src/domain/extraction.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import type { ExtractRequest } from '../../../src/sandbox/requests.ts';
import { ocrData } from '../../../src/extract/ocr-data.ts';
import { closeOcr, readByOcr } from '../../../src/extract/read-by-ocr.ts';
import { coverage } from '../../support/overlap.ts';
import { tiffOf } from '../../support/tiff.ts';
import { failureOf } from './extract.ts';
import { nativePdf, scannedPages, scannedPdf } from '../../support/scanned-pdf.ts';

const TEXT = [
  'Invoice 2026-0117 of the paper mill in Basel',
  'Twelve reels of newsprint at four hundred francs each',
  'Payable within thirty days to the account named below',
  'Please quote the number of this invoice with the payment',
].join('\n');
const englishData = join(ocrData(['eng'], null)!.folder, 'eng.traineddata.gz');
const ocr = { languages: ['eng'], maxMs: 60_000, dataFolder: null };

async function read(
  content: Buffer,
  name: string,
  changes: Partial<ExtractRequest> = {},
): Promise<Extraction> {
  const request = { content, name, memberPath: [], known: null, ocr, ...changes };
  return (await extractFile(request, defaultLimits)).extraction!;
}

describe('text read by OCR', () => {
  after(closeOcr);

  it('is the text of a scanned page, which is no picture any more', async () => {
    const bytes = await scannedPdf([TEXT, 'two'], new Map([[2, 'The second page has its text']]));
    const { markdown, parts, metadata, warnings, extractorVersion } = await read(bytes, 'scan.pdf');
    expect(coverage(`${TEXT} The second page has its text`, markdown)).to.be.at.least(0.97);
    expect(markdown.indexOf('Payable')).to.be.below(markdown.indexOf('The second page'));
    expect(parts.map(({ isPicture }) => isPicture ?? false)).to.deep.equal([false, false]);
    expect(metadata.ocr).to.include({ pages: 1 });
    expect(metadata.ocr!.ms).to.be.above(0);
    expect(warnings.join()).to.match(
      /1 of 2 pages have no text layer.*1 of 1 picture was read by OCR \(eng\)/,
    );
    expect(extractorVersion).to.equal('pdf/4.2+ocr/1.eng');
  });

  it('is added to what is known of an image, which may still be looked at', async () => {
    const [jpeg] = await scannedPages([TEXT]);
    const { markdown, parts } = await read(jpeg!, 'page.jpg');
    expect(markdown).to.contain('JPEG image').and.contain('newsprint');
    expect(parts[0]!.isPicture).to.equal(true);
  });

  it('changes nothing where there is no picture', async () => {
    const { metadata } = await read(await nativePdf([TEXT]), 'native.pdf');
    expect(metadata).not.to.have.property('ocr');
    const { extractorVersion } = await read(Buffer.from(TEXT), 'a.txt');
    expect(extractorVersion).not.to.contain('ocr');
  });

  it('stops when its time is over, and says so', async () => {
    const bytes = await scannedPdf([TEXT, TEXT]);
    const short = { ...ocr, maxMs: 0 };
    const { warnings, parts, extractorVersion } = await read(bytes, 'scan.pdf', { ocr: short });
    expect(warnings.join()).to.contain('OCR was stopped');
    expect(parts.some(({ isPicture }) => isPicture)).to.equal(true);
    expect(extractorVersion).to.equal('pdf/4.2+ocr/1.eng+partial');
    // Not even a text that was cut off is known: the next run may have more time.
    const contentSha256 = createHash('sha256').update(bytes).digest('hex');
    const known = { contentSha256, extractorVersion };
    expect((await read(bytes, 'scan.pdf', { known })).extractorVersion).to.equal('pdf/4.2+ocr/1.eng');
  });

  it('stops within a page, and reads the next document', async () => {
    const [jpeg] = await scannedPages([TEXT]);
    await read(jpeg!, 'a.jpg');
    const startedAtMs = performance.now();
    const facts = { bytes: jpeg!, name: 'a.jpg', mimeType: 'image/jpeg', passwords: [], ...defaultLimits };
    const part = { kind: 'image' as const, label: 'a.jpg', markdown: 'JPEG', isPicture: true };
    // Its picture is made in time, and read far too late.
    const endsAtMs = startedAtMs + 40;
    const input = { ...facts, onProgress: () => undefined, ocrDataFolder: null };
    const { isPartial } = await readByOcr({ parts: [part] }, { languages: ['eng'], endsAtMs }, input);
    expect(isPartial).to.equal(true);
    expect((await read(jpeg!, 'a.jpg')).markdown).to.contain('newsprint');
  });

  it('shows that it goes on while it reads one page', async () => {
    const [jpeg] = await scannedPages([TEXT]);
    let signs = 0;
    const request = { content: jpeg!, name: 'a.jpg', memberPath: [], known: null, ocr };
    await extractFile(request, defaultLimits, () => void (signs += 1));
    expect(signs).to.be.at.least(8);
  });

  it('leaves out a picture that cannot be decoded, and fails when there is no other', async () => {
    const mixed = await read(tiffOf(['whole', 'broken']), 'scan.tiff');
    expect(mixed.warnings.join()).to.match(
      /1 of 2 pictures.*`scan.tiff \(2\)` is left out: The image cannot/,
    );
    expect(mixed.parts.map(({ isPicture }) => isPicture ?? false)).to.deep.equal([true, false]);
    expect(mixed.extractorVersion).not.to.contain('partial');
    const failure = await failureOf(read(tiffOf(['broken', 'broken']), 'scan.tiff'));
    expect(failure.code).to.equal('corrupt');
  });

  const packed = readFileSync(englishData);
  for (const [what, file, spoil] of [
    ['cut off', 'eng.traineddata.gz', (path: string) => writeFileSync(path, packed.subarray(0, 50_000))],
    [
      'cut off and not packed',
      'eng.traineddata',
      (path: string) => writeFileSync(path, gunzipSync(packed).subarray(0, 500_000)),
    ],
    ['something else', 'eng.traineddata', (path: string) => writeFileSync(path, 'Not found')],
    ['no file', 'eng.traineddata.gz', (path: string) => mkdirSync(path)],
  ] as const) {
    it(`says that its data is missing when it is ${what}, instead of waiting for ever`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'docbatch-ocr-'));
      try {
        spoil(join(folder, file));
        await closeOcr();
        const [jpeg] = await scannedPages([TEXT]);
        const failure = await failureOf(read(jpeg!, 'a.jpg', { ocr: { ...ocr, dataFolder: folder } }));
        expect(failure).to.include({ failureClass: 'critical', code: 'ocr_data_missing' });
        expect(failure.message).to.contain(folder);
        expect((await read(jpeg!, 'a.jpg')).markdown).to.contain('newsprint');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }

  it('fails without the data of a language, and fetches none', async () => {
    const [jpeg] = await scannedPages([TEXT]);
    const failure = await read(jpeg!, 'a.jpg', { ocr: { ...ocr, languages: ['tlh'] } }).catch(
      (e: unknown) => e,
    );
    expect(failure).to.include({ failureClass: 'critical', code: 'ocr_data_missing' });
  });
});
