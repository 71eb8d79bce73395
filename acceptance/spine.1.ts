// The samples, a second run, and a run from another folder.
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { runCli } from '../test/support/run-cli.ts';
import { check, freshProject } from './check.ts';

const project = await freshProject();
try {
  await cp(join(packageRoot, 'samples'), join(project.folder, 'samples'), { recursive: true });
  const first = await runCli(project.folder, 'process', 'samples', '--json');
  const { counts, documents } = JSON.parse(first.stdout) as {
    counts: Record<string, number>;
    documents: {
      state: string;
      class: string;
      code: string;
      message: string;
      result: { summary?: string };
    }[];
  };
  check('exit code 2', first.exitCode === 2, first.exitCode);
  const good = documents.filter(({ state }) => state === 'completed');
  check(
    'good ones have a summary',
    good.every(({ result }) => (result.summary ?? '') !== ''),
    good.length,
  );
  const bad = documents.filter(({ state }) => state === 'failed');
  check(
    'three failed with class, code and sentence',
    bad.length === 3 && bad.every((item) => item.class === 'permanent' && item.message.length > 10),
    bad.map(({ code, message }) => `${code}: ${message}`),
  );
  check('none lost', counts.total === documents.length, counts);
  const startedAt = performance.now();
  const second = await runCli(project.folder, 'process', 'samples');
  const seconds = (performance.now() - startedAt) / 1000;
  check(
    'second run: nothing changed, exit 0, a few seconds',
    second.exitCode === 0 && seconds < 10,
    `${seconds.toFixed(1)} s\n${second.stdout}`,
  );
  check(
    'names the three and the command',
    /3 failed earlier/.test(second.stdout) && /retry [0-9a-f]{8}/.test(second.stdout),
    '',
  );
} finally {
  await project.remove();
}
