import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import { packageRoot } from '../../../src/paths.ts';
import { extractContent, extractSample, failureOf, markdownOf } from './extract.ts';
import { pdfOf } from '../../support/pdf.ts';
import { docxOf } from '../../support/zip.ts';

describe('a document that cannot be read', () => {
  it('is too large when it would unpack to an absurd size', async () => {
    const honest = docxOf(`<w:p><w:r><w:t>${'a'.repeat(70 * 1024 * 1024)}</w:t></w:r></w:p>`);
    expect((await failureOf(extractContent('bomb.docx', honest))).code).to.equal('archive_bomb');
    const liar = docxOf('<w:p/>', { declaredBytes: 2_000_000_000 });
    expect((await failureOf(extractContent('bomb.docx', liar))).code).to.equal('archive_bomb');
  });

  it('is empty without any text, whatever its size', async () => {
    expect((await failureOf(extractContent('blank.txt', ' \n\t \n'))).code).to.equal('empty');
    expect((await failureOf(extractContent('blank.docx', docxOf('<w:p/>')))).code).to.equal('empty');
  });

  it('is encrypted when its zip entries are, or when it is an encrypted Office package', async () => {
    expect((await failureOf(extractContent('a.docx', docxOf('<w:p/>', { encrypted: true })))).code).to.equal(
      'encrypted',
    );
    const compound = Buffer.concat([
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      Buffer.alloc(512),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]);
    expect((await failureOf(extractContent('a.xlsx', compound))).code).to.equal('encrypted');
    expect((await failureOf(extractContent('a.doc', compound.subarray(0, 500)))).code).to.equal('corrupt');
  });

  it('is corrupt when cut off', async () => {
    const document = docxOf('<w:p><w:r><w:t>Hello</w:t></w:r></w:p>');
    expect(await markdownOf('whole.docx', document)).to.equal('Hello');
    expect((await failureOf(extractContent('half.docx', document.subarray(0, 400)))).code).to.equal(
      'corrupt',
    );
  });

  it('is nested too deep above the limit of levels, and whole below it', async () => {
    const page = (levels: number): string => `<!doctype html><body>${'<div>'.repeat(levels)}Hello`;
    expect(await markdownOf('deep.html', page(900))).to.equal('Hello');
    const failure = await failureOf(extractContent('deeper.html', page(200_000)));
    expect(failure).to.include({ failureClass: 'permanent', code: 'nested_too_deep' });
  });

  it('is corrupt when the pages of a PDF contain themselves', async () => {
    const looped = pdfOf('<</Type/Pages/Count 9/Kids[3 0 R 2 0 R]>>');
    const failure = await failureOf(extractContent('loop.pdf', looped));
    expect(failure.code).to.equal('corrupt');
    expect(failure.message).to.equal('The pages of the PDF contain themselves.');
    expect(await markdownOf('sound.pdf', pdfOf('<</Type/Pages/Count 1/Kids[3 0 R]>>'))).to.contain('Hello');
  });

  it('of a protected PDF is none when a password fits', async () => {
    const content = readFileSync(join(packageRoot, 'samples/payslip-encrypted.pdf'));
    const request = { content, name: 'payslip.pdf', memberPath: [], known: null };
    const passwords = ['wrong', 'open sesame'];
    const { extraction } = await extractFile({ ...request, passwords }, defaultLimits);
    expect(extraction?.markdown).to.contain('Payslip March 2026');
    const failure = await failureOf(extractFile({ ...request, passwords: ['wrong'] }, defaultLimits));
    expect(failure.code).to.equal('encrypted');
  });

  it('is not parsed again when its text is already stored', async () => {
    const first = await extractSample('product.json');
    const content = readFileSync(join(packageRoot, 'samples/product.json'));
    const { contentSha256, extraction } = first;
    const known = { contentSha256, extractorVersion: extraction!.extractorVersion };
    const request = { content, name: 'product.json', memberPath: [], known };
    const second = await extractFile(request, defaultLimits);
    expect(second).to.deep.equal({ ...first, extraction: null });
  });
});
