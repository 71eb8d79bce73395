// Nothing to do, in its four kinds, and all failed: exit codes that a script can rely on.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, lookInto, writeTexts } from './check.ts';

const project = await projectFolder();
const { folder } = project;
const cli = (...args: string[]) => runCli(folder, ...args);
try {
  await mkdir(join(folder, 'empty'));
  await cli('up');
  const unregistered = await cli('process', '--all');
  check(
    'a registry without any document: how to add some, exit 1',
    unregistered.exitCode === 1 && /next: .*add \.\/documents/.test(unregistered.stderr),
    unregistered.stderr.trim(),
  );
  for (const [what, path] of Object.entries({
    'a glob': 'docs/*.pdf',
    'an empty folder': 'empty',
    'a path': 'nowhere',
  })) {
    const { exitCode, stdout, stderr } = await cli('process', path);
    check(
      `${what} that matches nothing: exit 1`,
      exitCode === 1 && stdout === '' && stderr.includes('next: '),
      stderr.trim(),
    );
  }
  await writeTexts(join(folder, 'docs'), 5);
  const partly = await cli('process', 'docs', 'docs/*.pdf');
  check(
    'a glob that matches nothing beside a folder that does: exit 1',
    partly.exitCode === 1,
    partly.stderr.trim(),
  );

  check('five good ones: exit 0', (await cli('process', 'docs')).exitCode === 0, '');
  for (const args of [['docs'], ['--all'], ['docs/*.txt']]) {
    const { exitCode, stdout } = await cli('process', ...args);
    check(
      `none pending (${args.join(' ')}): says so, exit 0`,
      exitCode === 0 && /Nothing to do: 5 documents/.test(stdout),
      stdout.trim(),
    );
  }
  await mkdir(join(folder, 'bad'));
  for (let n = 0; n < 3; n++) await writeFile(join(folder, 'bad', `${n}.txt`), '');
  const allFailed = await cli('process', 'bad');
  check('all failed: exit 2', allFailed.exitCode === 2, allFailed.stdout.trim());
  for (const [what, texts, args] of [
    ['25 corrupt PDFs', 'pdfs', []],
    [
      '25 that the program refuses',
      'refused',
      ['--analyzer', "exec:sh -c 'cat >/dev/null; echo no >&2; exit 65'"],
    ],
  ] as const) {
    await mkdir(join(folder, texts));
    for (let n = 0; n < 25; n++)
      await writeFile(join(folder, texts, texts === 'pdfs' ? `${n}.pdf` : `${n}.txt`), `%PDF-1.7 ${n}`);
    const { exitCode, stdout } = await cli('process', texts, ...args);
    check(`${what}: all failed, exit 2`, exitCode === 2 && stdout.includes('25 failed'), exitCode);
  }
  const db = await lookInto(folder);
  const { rows } = await db.query<{ count: number }>('SELECT COUNT(*)::int AS count FROM processing_batches');
  check('a run with nothing to do made no batch', rows[0]?.count === 4, rows[0]);
  await db.close();
} finally {
  await project.remove();
}
