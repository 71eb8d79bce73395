// The cache: the same documents with `local`, `claude` and one word of the prompt changed are N new items each time; the
// three again 0. A second run makes no call; renamed copies none; one changed file one; a changed prompt N and no
// extraction; three identical files at once one, online and by the batch.
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, lookInto } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const COUNT = 30;
const simulator = await startSimulator({ latencyMs: 300 });
const project = await projectFolder();
const { folder } = project;
try {
  await mkdir(join(folder, 'docs'));
  for (let n = 0; n < COUNT; n++) await writeFile(join(folder, 'docs', `${n}.txt`), letter(n));
  const summary = await readFile(join(packageRoot, 'profiles/summary.yaml'), 'utf8');
  await mkdir(join(folder, 'profiles'));
  await writeFile(
    join(folder, 'profiles/other.yaml'),
    summary.replace(/prompt: *\|?\s*\S+/, (text) => `${text} carefully`),
  );
  await runCli(folder, 'up');
  const db = await lookInto(folder);
  const extracted = async () => (await db.query('SELECT FROM document_texts')).rowCount;
  const newest = async () =>
    (
      await db.query<{ at: Date | null }>('SELECT MAX(created_at) AS at FROM document_texts')
    ).rows[0]?.at?.getTime();

  const ways = [
    ['--analyzer', 'local'],
    ['--analyzer', 'claude'],
    ['--analyzer', 'claude', '--profile', 'other'],
  ];
  for (const way of ways) {
    const before = await newest();
    const { items, calls, cached } = await run('docs', ...way);
    const wanted = way.includes('local') ? 0 : COUNT;
    check(`${way.join(' ')}: ${COUNT} new`, items === COUNT && calls === wanted && cached === 0, [
      items,
      calls,
      cached,
    ]);
    if (way !== ways[0]) check('and no extraction', (await newest()) === before, '');
  }
  for (const way of ways) {
    const { stdout, stderr } = await runCli(folder, 'process', 'docs', ...way);
    check(
      `${way.join(' ')} again: nothing to do, and why`,
      /unchanged|nothing to do/i.test(stdout + stderr),
      firstLine(stdout + stderr),
    );
  }
  const again = await run('docs', '--analyzer', 'claude', '--rerun', 'all');
  check(
    'run again all the same: no call, cost 0, all cached',
    again.calls === 0 && again.cost === 0 && again.cached === COUNT,
    again,
  );
  await cp(join(folder, 'docs'), join(folder, 'copies'), { recursive: true });
  for (let n = 0; n < COUNT; n++)
    await rename(join(folder, 'copies', `${n}.txt`), join(folder, 'copies', `copy-${n}.txt`));
  const copies = await run('copies', '--analyzer', 'claude');
  check(
    'renamed copies: no call',
    copies.items === COUNT && copies.calls === 0 && copies.cached === COUNT,
    copies,
  );
  await writeFile(join(folder, 'docs/3.txt'), letter(1_000));
  const changed = await run('docs', '--analyzer', 'claude');
  check('one changed: one call', changed.items === 1 && changed.calls === 1, changed);
  check('each content has one text', (await extracted()) === COUNT + 1, await extracted());
  for (const analyzer of ['claude', 'claude-batch']) {
    await mkdir(join(folder, analyzer));
    for (const name of ['a', 'b', 'c'])
      await writeFile(join(folder, analyzer, `${name}.txt`), letter(2_000 + analyzer.length));
    const three = await run(analyzer, '--analyzer', analyzer, '--profile', 'other', '--parallel', '10');
    check(
      `${analyzer}: three identical files at once: one call`,
      three.items === 3 && three.calls === 1,
      three,
    );
  }
  await db.close();
} finally {
  await project.remove();
  await simulator.close();
}

async function run(...args: string[]) {
  await simulator.clear();
  const { counts, documents, money, exitCode } = await runJson(folder, 'process', ...args);
  if (exitCode !== 0) throw new Error(`exit ${exitCode}`);
  const { billed } = (await simulator.ledger()).totals;
  const cached = documents.filter((document) => document.cached).length;
  return { items: counts.completed, calls: billed, cached, cost: money.spentNanoUsd };
}

function firstLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .find((line) => /unchanged|nothing/i.test(line)) ?? text.slice(0, 200)
  );
}
