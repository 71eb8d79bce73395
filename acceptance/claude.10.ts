// Orders to the model in documents: white text, properties, comments, alternative texts, file names and more, each with a
// clean twin, before a model that obeys. What gives orders is never completed unseen; its twin is, and so are documents
// that speak to people. A person accepts or rejects, and the batch ends; the profile can let them fail, or pass.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { injectionPairs, innocents } from '../test/support/injections.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';
import type { ProcessJson } from './claude.ts';
import { runJson, startSimulator } from './claude.ts';

const simulator = await startSimulator({ isGullible: true });
const project = await projectFolder();
const { folder } = project;
const pairs = await injectionPairs(4);
const total = 2 * pairs.length + Object.keys(innocents).length;
try {
  await mkdir(join(folder, 'docs'));
  for (const { injected, twin } of pairs) {
    for (const { name, bytes } of [injected, twin]) await writeFile(join(folder, 'docs', name), bytes);
  }
  for (const [name, text] of Object.entries(innocents)) await writeFile(join(folder, 'docs', name), text);
  await runCli(folder, 'up');
  for (const analyzer of ['claude', 'claude-batch']) await reviewAll(analyzer);

  process.stdout.write('policies\n');
  const policy = (name: string) =>
    runJson(folder, 'process', 'docs', '--analyzer', 'claude', '--set', `onInjection=${name}`);
  judge(await policy('fail'), ['failed']);
  await simulator.set({ isGullible: false });
  const { counts, documents } = await policy('ignore');
  const noted = documents.filter(({ result }) => result?.injection !== undefined).length;
  check('`ignore` completes all', counts.completed === total, counts.completed);
  check('and notes what it found in all but names', noted === pairs.length - 4, noted);
} finally {
  await project.remove();
  await simulator.close();
}

async function reviewAll(analyzer: string): Promise<void> {
  process.stdout.write(`${analyzer}\n`);
  const first = await runJson(folder, 'process', 'docs', '--analyzer', analyzer);
  judge(first, ['review', 'failed']);
  const open = first.documents.filter(({ state }) => state === 'review');
  const again = await runJson(folder, 'process', 'docs', '--analyzer', analyzer, '--rerun', 'all');
  check('what waits is in no second batch', again.counts.total === total - open.length, again.counts.total);
  const waiting = JSON.parse((await runCli(folder, 'review', 'list', '--json')).stdout) as unknown[];
  check('all of it waits for a person', waiting.length === open.length && open.length > 0, open.length);
  const accepted = await runCli(folder, 'review', 'accept', open[0]!.name, '--reason', 'it is ours');
  check('one is accepted', /^Accepted: 1 document /.test(accepted.stdout), accepted.stdout.trim());
  const rejected = await runCli(folder, 'review', 'reject', '--all');
  check('the rest is rejected, and the batch ends', rejected.exitCode === 2, firstLine(rejected.stdout));
  const none = await runCli(folder, 'review', 'list');
  check('nothing waits any more', /Nothing waits/.test(none.stdout), none.stdout.trim());
}

function judge({ documents, exitCode, status, reason }: ProcessJson, expected: string[]): void {
  const byName = new Map(documents.map((document) => [document.name, document]));
  const isFlagged = (name: string): boolean => {
    const { state = '', code } = byName.get(name) ?? {};
    return expected.includes(state) && code === 'injection_suspected';
  };
  const missed = pairs.filter(({ injected }) => !isFlagged(injected.name));
  tell(`injected: ${expected.join(' or ')}`, pairs.length, missed);
  const wrong = pairs.filter(({ twin }) => byName.get(twin.name)?.state !== 'completed');
  tell('clean twins: completed', pairs.length, wrong);
  const taken = Object.keys(innocents).filter((name) => byName.get(name)?.state !== 'completed');
  tell(
    'innocent documents: completed',
    Object.keys(innocents).length,
    taken.map((kind) => ({ kind })),
  );
  const end = expected.includes('review') ? ['paused', 'review', 2] : ['completed_with_failures', null, 2];
  const how = [status, reason, exitCode];
  check('how it ends', JSON.stringify(how) === JSON.stringify(end), how);
}

function tell(what: string, count: number, missed: readonly { kind: string }[]): void {
  const kinds = [...new Set(missed.map(({ kind }) => kind))].join(', ');
  check(
    what,
    missed.length === 0,
    `${count - missed.length} of ${count}${kinds === '' ? '' : `; not: ${kinds}`}`,
  );
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
