import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { packageRoot } from '../../src/paths.ts';
import { projectFolder, runCli } from '../support/run-cli.ts';

/** What a program of somebody else's would say. */
const PROGRAM = `
import { createBatchProcessor } from 'docbatch';
const processor = createBatchProcessor();
process.env.DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
const shut = await processor.processBatch(['docs']).catch((error) => error.message);
delete process.env.DATABASE_URL;
let looks = 0;
try {
  const { snapshot, exitCode, documents } = await processor.processBatch(['docs'], {
    parallel: 2, name: 'from-a-program', onProgress: () => { looks += 1; },
  });
  const found = [];
  for await (const { name, state, code, result } of documents()) found.push([name, state, code, typeof result?.summary]);
  const again = await processor.processBatch('all');
  const wrong = await processor.processBatch(['nowhere']).catch((error) => error.message);
  const zero = await processor.processBatch(['docs'], { parallel: 0 }).catch((error) => error.message);
  const paid = await processor.processBatch(['docs'], { analyzer: 'claude' }).catch((error) => error.message);
  console.log(JSON.stringify({ status: snapshot.status, counts: snapshot.counts, exitCode, found, looked: looks > 0, again: again.snapshot, wrong, zero, paid, shut }));
} finally {
  await processor.close();
}
`;

describe('createBatchProcessor', function () {
  this.timeout(120_000);

  it('processes documents from a program on the same path as the command line', async () => {
    const project = await projectFolder();
    const { folder } = project;
    try {
      await mkdir(join(folder, 'docs'));
      await writeFile(join(folder, 'docs/a.txt'), 'The invoice of 3 March 2026 is paid.\n');
      await writeFile(join(folder, 'docs/b.txt'), '');
      await mkdir(join(folder, 'node_modules'));
      await symlink(packageRoot, join(folder, 'node_modules/docbatch'));
      await writeFile(join(folder, 'program.mjs'), PROGRAM);
      const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: folder });
      const said = JSON.parse(stdout);
      expect(said).to.deep.include({
        status: 'completed_with_failures',
        exitCode: 2,
        looked: true,
        again: null,
      });
      expect(said.counts).to.include({ total: 2, completed: 1, failed: 1 });
      expect(said.found).to.deep.equal([
        ['a.txt', 'completed', null, 'string'],
        ['b.txt', 'failed', 'empty', 'undefined'],
      ]);
      expect(said.shut).to.be.a('string');
      expect(said.wrong).to.include('nowhere');
      expect(said.zero).to.include('`parallel` is 0');
      expect(said.paid).to.include('docbatch process --analyzer claude');
      expect((await runCli(folder, 'status', 'from-a-program')).stdout).to.include('completed_with_failures');
    } finally {
      await project.remove();
    }
  });
});
