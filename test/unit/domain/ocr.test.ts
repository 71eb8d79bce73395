import { expect } from 'chai';
import { isReadSo, ocrVersion, partialVersion } from '../../../src/domain/ocr.ts';

describe('the version of a text', () => {
  const plain = 'pdf/4.1';
  const read = ocrVersion(plain, ['deu', 'eng']);

  it('tells whether a batch with these languages read it', () => {
    const pdf = 'application/pdf';
    expect(isReadSo(plain, null, pdf)).to.equal(true);
    expect(isReadSo(read, ['deu', 'eng'], pdf)).to.equal(true);
    expect(isReadSo(partialVersion(read), ['deu', 'eng'], pdf)).to.equal(true);
    expect(isReadSo('text/1', ['eng'], 'text/plain')).to.equal(true);
    expect(isReadSo(read, null, pdf)).to.equal(false);
    expect(isReadSo(read, ['eng'], pdf)).to.equal(false);
    expect(isReadSo(plain, ['eng'], pdf)).to.equal(false);
  });
});
