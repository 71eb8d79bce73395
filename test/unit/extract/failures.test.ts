import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import { extractContent, extractSample, failureOf, markdownOf } from './extract.ts';
import { docxOf } from './zip.ts';

const limits = { ...defaultLimits, maxFileBytes: 1000, maxTextChars: 1000 };

describe('a document that cannot be read', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'docbatch-failures-'))));
  after(() => rmSync(folder, { recursive: true }));

  const extract = (path: string): Promise<unknown> =>
    extractFile({ path, name: 'a.txt', knownSha256: null }, limits);

  it('is missing when no file is there', async () => {
    const failure = await failureOf(extract(join(folder, 'gone.txt')));
    expect(failure).to.include({ failureClass: 'permanent', code: 'missing', stage: 'read' });
    expect(failure.context).to.deep.equal({ errno: 'ENOENT' });
  });

  it('is unreadable when it is a folder, a pipe or a device', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [folder, join(folder, 'pipe'), '/dev/zero']) {
      expect(await failureOf(extract(path))).to.include({ code: 'unreadable', stage: 'read' });
    }
  });

  it('is too large above the limit', async () => {
    const failure = await failureOf(extractContent('a.txt', 'x'.repeat(1001), { maxFileBytes: 1000 }));
    expect(failure).to.include({ failureClass: 'permanent', code: 'too_large' });
    expect(failure.message).to.equal('The file has 1001 bytes; the limit is 1000.');
  });

  it('is too large when it would unpack to an absurd size', async () => {
    const honest = docxOf(`<w:p><w:r><w:t>${'a'.repeat(70 * 1024 * 1024)}</w:t></w:r></w:p>`);
    expect((await failureOf(extractContent('bomb.docx', honest))).code).to.equal('too_large');
    const liar = docxOf('<w:p/>', { declaredBytes: 2_000_000_000 });
    expect((await failureOf(extractContent('bomb.docx', liar))).code).to.equal('too_large');
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
    expect((await failureOf(extractContent('a.doc', compound.subarray(0, 500)))).code).to.equal(
      'unsupported_type',
    );
  });

  it('is corrupt when cut off', async () => {
    const document = docxOf('<w:p><w:r><w:t>Hello</w:t></w:r></w:p>');
    expect(await markdownOf('whole.docx', document)).to.equal('Hello');
    expect((await failureOf(extractContent('half.docx', document.subarray(0, 400)))).code).to.equal(
      'corrupt',
    );
  });

  it('is not parsed again when its text is already stored', async () => {
    const first = await extractSample('product.json');
    const path = join(import.meta.dirname, '../../../../samples/product.json');
    const request = { path, name: 'product.json', knownSha256: first.contentSha256 };
    const second = await extractFile(request, { ...limits, maxFileBytes: 10_000 });
    expect(second).to.deep.equal({ ...first, extraction: null });
  });
});
