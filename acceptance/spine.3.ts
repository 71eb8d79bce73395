// The whole corpus beside the checkout (or the folder named): every file one item in one terminal state, no restart.
import { resolve } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { runCli } from '../test/support/run-cli.ts';
import { check, freshProject } from './check.ts';

const corpus = process.argv[2] ?? resolve(packageRoot, '../shared/corpus');
const project = await freshProject();
try {
  const { stdout, exitCode } = await runCli(project.folder, 'process', corpus, '--json');
  const { counts, failures } = JSON.parse(stdout) as { counts: Record<string, number>; failures: object };
  check('ends by itself', exitCode === 2 || exitCode === 0, exitCode);
  check('all terminal', counts.completed! + counts.failed! === counts.total && counts.total > 200, counts);
  check('codes', true, failures);
  const log = await runCli(project.folder, 'logs');
  check('no worker restart', !/worker.*(restarting|ended)/.test(log.stdout), '');
} finally {
  await project.remove();
}
