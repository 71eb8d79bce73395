import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCli } from '../support/run-cli.ts';

describe('what the database alone can answer', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  const cli = (...args: string[]) => runCli(project.folder, ...args);
  before(async () => {
    project = await projectFolder();
  });
  after(() => project.remove());

  it('is answered without Temporal: that there is no batch', async () => {
    for (const command of [
      ['status'],
      ['set', 'last', '-p', '2'],
      ['retry'],
      ['cancel', 'nightly'],
      ['skip', 'a.txt'],
    ]) {
      const { exitCode, stderr } = await cli(...command);
      expect([exitCode, stderr], command.join(' ')).to.satisfy(
        () => exitCode === 1 && /There is no batch yet|No batch is called|No document is called/.test(stderr),
      );
      expect(stderr, command.join(' ')).to.not.include('Temporal');
    }
  });

  it('is answered without Temporal: how a finished batch stands, and that nothing is left to do', async () => {
    await writeFile(join(project.folder, 'good.txt'), 'A text that says a little about something.');
    expect((await cli('process', 'good.txt')).exitCode).to.equal(0);
    for (const [command, said] of [
      [['status'], '1 document: done 1'],
      [['monitor'], ': completed; done 1'],
      [['retry'], 'Nothing to retry'],
      [['resume'], 'nothing to resume'],
      [['cancel'], 'completed already'],
      [['set', 'last', '-p', '2'], 'it holds from'],
    ] as const) {
      const { exitCode, stdout, stderr } = await cli(...command);
      expect([exitCode, stdout + stderr], command.join(' ')).to.satisfy(
        () => exitCode === 0 && (stdout + stderr).includes(said),
      );
      expect(stderr, command.join(' ')).to.not.include('Temporal');
    }
  });
});
