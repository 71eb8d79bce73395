import { expect } from 'chai';
import { projectFolder, runCli } from '../support/run-cli.ts';

describe('the command extract', function () {
  this.timeout(60_000);

  it('says which path it looked for when there is no such file', async () => {
    const { folder, remove } = await projectFolder();
    try {
      const { exitCode, stderr } = await runCli(folder, 'extract', 'nothere.pdf');
      expect(exitCode).to.equal(1);
      expect(stderr).to.include('Cannot find `nothere.pdf`').and.include(`no file \`${folder}/nothere.pdf\``);
    } finally {
      await remove();
    }
  });
});
