import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DocumentFailure, permanent } from '../../../src/domain/failure.ts';
import { withPasswords } from '../../../src/sandbox/with-passwords.ts';

describe('withPasswords', () => {
  let dir: string;
  let file: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'docbatch-passwords-'));
    file = join(dir, 'passwords.txt');
    await writeFile(file, 'one\r\ntwo\n\none\n');
  });
  after(() => rm(dir, { recursive: true }));
  const protectedFile = (passwords: readonly string[]): Promise<string> =>
    passwords.includes('two')
      ? Promise.resolve('text')
      : Promise.reject(permanent('encrypted', 'It is protected.', { stage: 'extract' }));

  it('tries them only on what is protected', async () => {
    const given: (readonly string[])[] = [];
    const open = (passwords: readonly string[]) => Promise.resolve(given.push(passwords));
    expect(await withPasswords(open, file)).to.equal(1);
    expect(given).to.deep.equal([[]]);
    expect(await withPasswords(protectedFile, file)).to.equal('text');
  });

  it('says so when their file cannot be read on this worker', async () => {
    const error = await withPasswords(protectedFile, join(dir, 'gone')).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(DocumentFailure);
    expect(error).to.include({ failureClass: 'permanent', code: 'encrypted' });
    expect((error as Error).message)
      .to.contain('It is protected.')
      .and.to.contain('gone');
  });
});
