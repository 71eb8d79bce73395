// The corpus against test/corpus.expected.tsv, and texts that are known word for word in every format that we can write.
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/paths.ts';
import { knownExtras, knownFiles } from '../test/support/known-files.ts';
import { knownTexts, landmarksOf, wordsOf } from '../test/support/known-texts.ts';
import { coverage, isInOrder } from '../test/support/overlap.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, lookInto } from './check.ts';

/** Nobody can get a text out of these, whatever the program. */
const hopeless = new Set(['empty', 'encrypted', 'corrupt']);

interface Row {
  uri: string;
  state: string;
  class: string | null;
  code: string | null;
  markdown: string | null;
}

const corpus = resolve(process.argv[2] ?? join(packageRoot, '../shared/corpus'));
const expected = (await readFile(join(packageRoot, 'test/corpus.expected.tsv'), 'utf8'))
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [file, state, code, first, second] = line.split('\t') as [string, string, string, string, string];
    return { file, state, code, strings: [first, second].filter((text) => text !== '') };
  });
const project = await projectFolder();
try {
  const known = join(project.folder, 'known');
  await mkdir(known);
  for (const [ending, write] of Object.entries(knownFiles)) {
    for (const text of knownTexts)
      await writeFile(join(known, `${text.language}.${ending}`), await write(text));
  }
  await runCli(project.folder, 'up');
  await runCli(project.folder, 'process', corpus, known, '--json');
  const db = await lookInto(project.folder);
  const { rows } = await db.query<Row>(
    `SELECT d.uri, i.state, i.failure_class AS class, i.failure_code AS code, t.markdown
     FROM batch_items i JOIN file_document d ON d.id = i.document_id
     LEFT JOIN document_texts t ON t.content_sha256 = d.content_sha256 WHERE d.parent_id IS NULL`,
  );
  await db.close();
  const byPath = new Map(rows.map((row) => [fileURLToPath(row.uri), row]));

  const files = (await readdir(corpus, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(corpus, join(entry.parentPath, entry.name)));
  const listed = new Set(expected.map(({ file }) => file));
  const unlisted = files.filter((file) => !listed.has(file));
  check('every file of the corpus is expected', unlisted.length === 0, unlisted);
  const wrong: string[] = [];
  let openable = 0;
  let good = 0;
  for (const { file, state, code, strings } of expected) {
    const row = byPath.get(join(corpus, file));
    const text = (row?.markdown ?? '').replace(/\s+/g, ' ');
    const lost = strings.filter((wanted) => !text.includes(wanted));
    const isRight =
      row?.state === state &&
      (row.code ?? '') === code &&
      (state === 'completed' || row.class === 'permanent');
    if (!isRight || lost.length > 0)
      wrong.push(`${file}: ${row?.state} ${row?.code ?? ''} ${lost.join(', ')}`);
    if (hopeless.has(code) || code === 'unsupported_type') continue;
    openable += 1;
    if (isRight && strings.length > 0 && lost.length === 0) good += 1;
    else process.stdout.write(`     ${file}: ${strings.length === 0 ? 'no text layer' : 'wrong'}\n`);
  }
  check('state, code and two strings as expected', wrong.length === 0, wrong);
  const share = good / openable;
  check(
    'completed with the right text',
    share >= 0.97,
    `${good} of ${openable}, ${(100 * share).toFixed(1)} %`,
  );

  let least = { recall: 1, precision: 1 };
  for (const ending of Object.keys(knownFiles)) {
    for (const text of knownTexts) {
      const found = byPath.get(join(known, `${text.language}.${ending}`))?.markdown ?? '';
      const all = `${wordsOf(text)} ${text.title} ${knownExtras[ending] ?? ''}`;
      const recall = coverage(wordsOf(text), found);
      const precision = coverage(found, all);
      least = { recall: Math.min(least.recall, recall), precision: Math.min(least.precision, precision) };
      const isGood = recall >= 0.97 && precision >= 0.95 && isInOrder(landmarksOf(text), found);
      if (!isGood) check(`${text.language}.${ending}`, false, { recall, precision });
    }
  }
  const count = Object.keys(knownFiles).length;
  check(
    `known texts in ${count} formats, 3 files each: the least`,
    least.recall >= 0.97 && least.precision >= 0.95,
    least,
  );
} finally {
  await project.remove();
}
