// The whole corpus beside the checkout (or the folder named): every file one item in one terminal state, no restart.
import { readdir } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';

/** The formats of the first set; what fails of these must be unreadable for a person too. */
const firstSet = new Set(
  '.txt .md .csv .tsv .json .xml .yaml .yml .html .htm .pdf .docx .xlsx .pptx .eml'.split(' '),
);
const hopeless = new Set(['empty', 'encrypted', 'corrupt', 'too_large']);

interface Item {
  uri: string;
  name: string;
  parent: string | null;
  state: string;
  class: string | null;
  code: string | null;
  message: string | null;
  result: { summary?: string } | null;
}

const corpus = process.argv[2] ?? resolve(packageRoot, '../shared/corpus');
const project = await projectFolder();
try {
  const files = (await readdir(corpus, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const { stdout, exitCode } = await runCli(project.folder, 'process', corpus, '--json');
  const { counts, documents } = JSON.parse(stdout) as { counts: Record<string, number>; documents: Item[] };
  check('ends by itself', exitCode === 2 || exitCode === 0, exitCode);
  const ofFiles = documents.filter(({ parent }) => parent === null);
  check('every file is one item', ofFiles.length === files.length, {
    files: files.length,
    items: counts.total,
    insideOthers: documents.length - ofFiles.length,
  });
  check('each once', new Set(documents.map(({ uri }) => uri)).size === counts.total, documents.length);
  check('all terminal', counts.completed! + counts.failed! === counts.total, counts);
  const failed = documents.filter(({ state }) => state === 'failed');
  const unexplained = failed.filter(
    ({ class: failureClass, code, message }) =>
      failureClass !== 'permanent' || code === null || code === 'internal' || (message ?? '').length < 10,
  );
  check('every failure is permanent with a code and a sentence', unexplained.length === 0, unexplained);
  for (const { name, code, message } of failed) process.stdout.write(`     ${code}  ${name}  ${message}\n`);
  const wrong = failed.filter(
    ({ name, code }) => firstSet.has(extname(name).toLowerCase()) && !hopeless.has(code!),
  );
  check('of the first formats only what nobody can open failed', wrong.length === 0, wrong);
  const empty = documents.filter(({ state, result }) => state === 'completed' && result === null);
  check(
    'every completed one has a result',
    empty.length === 0,
    empty.map(({ name }) => name),
  );
  const log = await runCli(project.folder, 'logs');
  check('no worker restart', !/worker.*(restarting|ended)/.test(log.stdout), '');
} finally {
  await project.remove();
}
