import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stageInput } from '../../../src/sandbox/stage-input.ts';
import type { StagedInput } from '../../../src/sandbox/stage-input.ts';
import { failureOf } from '../extract/extract.ts';

describe('the input of an extraction', () => {
  let folder: string;
  let count = 0;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'docbatch-input-'));
    mkdirSync(join(folder, 'scratch'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const scratchPath = (): string => join(folder, 'scratch', String((count += 1)));
  const stage = (path: string, maxFileBytes = 10_000_000): Promise<StagedInput> =>
    stageInput(path, { maxFileBytes, scratchPath });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  it('is missing when no file is there', async () => {
    const failure = await failureOf(stage(join(folder, 'gone.txt')));
    expect(failure).to.include({ failureClass: 'permanent', code: 'missing', stage: 'read' });
    expect(failure.context).to.deep.equal({ errno: 'ENOENT' });
  });

  it('is unreadable when it is a link that leads to nothing', async () => {
    symlinkSync('nowhere', join(folder, 'dangling.txt'));
    const failure = await failureOf(stage(join(folder, 'dangling.txt')));
    expect(failure).to.include({ failureClass: 'permanent', code: 'unreadable', stage: 'read' });
    expect(failure.message).to.equal('The link leads to nothing.');
  });

  it('is unreadable when it is a folder, a pipe or a device', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [folder, join(folder, 'pipe'), '/dev/zero']) {
      expect(await failureOf(stage(path))).to.include({ code: 'unreadable', stage: 'read' });
    }
  });

  it('is too large above the limit, and empty without a byte', async () => {
    const failure = await failureOf(stage(file('a.txt', 'x'.repeat(1001)), 1000));
    expect(failure).to.include({ failureClass: 'permanent', code: 'too_large' });
    expect(failure.message).to.equal('The file has 1001 bytes; the limit is 1000.');
    expect((await failureOf(stage(file('none.txt', '')))).code).to.equal('empty');
  });

  it('is handed over as bytes when it is small', async () => {
    const { content } = await stage(file('small.txt', 'hello'));
    expect(Buffer.from(content as Uint8Array).toString()).to.equal('hello');
  });

  it('lies in the scratch folder when it is large, until it is removed', async () => {
    const path = file('large.txt', 'x'.repeat(3_000_000));
    const staged = await stage(path);
    const { scratchPath: staging } = staged.content as { scratchPath: string };
    expect(readFileSync(staging).equals(readFileSync(path))).to.equal(true);
    await staged.remove();
    expect(existsSync(staging)).to.equal(false);
    expect(existsSync(path)).to.equal(true);
  });

  it('is laid out all the same when a cleaner took the scratch folder away', async () => {
    const path = file('cleaned.txt', 'z'.repeat(3_000_000));
    rmSync(join(folder, 'scratch'), { recursive: true });
    const staged = await Promise.all([stage(path), stage(path)]);
    for (const { content, remove } of staged) {
      expect(readFileSync((content as { scratchPath: string }).scratchPath)).to.have.length(3_000_000);
      await remove();
    }
  });

  it('is copied when no second name can be made, as on another disk', async () => {
    const path = file('copied.txt', 'y'.repeat(9_000_000));
    const taken = join(folder, 'scratch', 'taken');
    linkSync(path, taken);
    const staged = await stageInput(path, { maxFileBytes: 10_000_000, scratchPath: () => taken });
    expect(readFileSync(taken).equals(readFileSync(path))).to.equal(true);
    await staged.remove();
  });
});
