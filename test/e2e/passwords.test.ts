import { expect } from 'chai';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import { projectFolder, runCli } from '../support/run-cli.ts';

const secret = 'open sesame';

describe('--passwords', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  before(async () => {
    project = await projectFolder();
    const payslip = await readFile(join(packageRoot, 'samples/payslip-encrypted.pdf'));
    // Of equal content the text would be known already.
    for (const [name, end] of [
      ['first', ''],
      ['second', '\n%'],
    ] as const) {
      await mkdir(join(project.folder, name));
      await writeFile(join(project.folder, name, 'payslip.pdf'), Buffer.concat([payslip, Buffer.from(end)]));
    }
    await writeFile(join(project.folder, 'passwords.txt'), `wrong one\n${secret}\n`);
    expect((await runCli(project.folder, 'up')).exitCode).to.equal(0);
  });
  after(() => project.remove());
  const cli = (...args: string[]) => runCli(project.folder, ...args);

  it('opens what is protected, with retry and with process, and is written nowhere', async () => {
    const closed = await cli('process', 'first', '--json');
    expect([closed.exitCode, closed.stdout.includes('encrypted')], closed.stdout).to.deep.equal([2, true]);
    const retried = await cli('retry', 'last', '--passwords', 'passwords.txt', '--json');
    expect(retried.exitCode, retried.stdout).to.equal(0);
    const opened = await cli('process', 'second', '--passwords', 'passwords.txt', '--json');
    expect(opened.exitCode, opened.stdout).to.equal(0);

    await cli('down');
    const state = join(project.folder, '.docbatch');
    for (const entry of await readdir(state, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      expect((await readFile(path)).includes(secret), path).to.equal(false);
    }
  });

  it('names the file that cannot be read, or holds none, before anything starts', async () => {
    await writeFile(join(project.folder, 'none.txt'), '\n');
    for (const [file, why] of [
      ['gone.txt', 'Cannot read the passwords'],
      ['none.txt', 'There is no password'],
    ] as const) {
      const { exitCode, stderr } = await cli('process', 'first', '--passwords', file);
      expect(exitCode).to.equal(1);
      expect(stderr).to.contain(why).and.to.contain(join(project.folder, file));
    }
  });
});
