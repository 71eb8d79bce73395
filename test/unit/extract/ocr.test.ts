import { expect } from 'chai';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import type { Extraction } from '../../../src/domain/extraction.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import type { ExtractRequest } from '../../../src/sandbox/requests.ts';
import { closeOcr } from '../../../src/extract/read-by-ocr.ts';
import { coverage } from '../../support/overlap.ts';
import { nativePdf, scannedPages, scannedPdf } from '../../support/scanned-pdf.ts';

const TEXT = [
  'Invoice 2026-0117 of the paper mill in Basel',
  'Twelve reels of newsprint at four hundred francs each',
  'Payable within thirty days to the account named below',
  'Please quote the number of this invoice with the payment',
].join('\n');
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
    expect(extractorVersion).to.equal('pdf/4.1+ocr/1.eng');
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
    const { warnings, parts } = await read(bytes, 'scan.pdf', { ocr: { ...ocr, maxMs: 0 } });
    expect(warnings.join()).to.contain('OCR was stopped');
    expect(parts.some(({ isPicture }) => isPicture)).to.equal(true);
  });

  it('fails without the data of a language, and fetches none', async () => {
    const [jpeg] = await scannedPages([TEXT]);
    const failure = await read(jpeg!, 'a.jpg', { ocr: { ...ocr, languages: ['tlh'] } }).catch(
      (e: unknown) => e,
    );
    expect(failure).to.include({ failureClass: 'critical', code: 'ocr_data_missing' });
  });
});
