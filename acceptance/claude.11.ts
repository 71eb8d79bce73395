// 200 pairs of near duplicates: at least 95 % share a group, and a group is a pair; the dry run shows the groups and the
// choice; what `--optimize cost` says was saved is what the ledger says, within 5 %; `--optimize time` goes online.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';
import { runJson, startSimulator } from './claude.ts';

const PAIRS = 200;
const simulator = await startSimulator();
const project = await projectFolder();
const { folder } = project;
try {
  await mkdir(join(folder, 'docs'));
  for (let n = 0; n < PAIRS; n++) {
    await writeFile(join(folder, 'docs', `report-${n}.txt`), reportOf(n));
    await writeFile(join(folder, 'docs', `report-${n}-copy.txt`), changed(reportOf(n), n));
  }
  await runCli(folder, 'up');
  const near = ['process', 'docs', '--group-by', 'near-duplicate', '--optimize', 'cost'];
  const preview = JSON.parse((await runCli(folder, ...near, '--dry-run', '--json')).stdout) as {
    groups: { uris: string[] }[];
    choice: { analyzer: string; why: string };
  };
  const groupOf = new Map(preview.groups.flatMap(({ uris }, group) => uris.map((uri) => [name(uri), group])));
  const together = Array.from({ length: PAIRS }, (_, n) => n).filter(
    (n) => groupOf.get(`report-${n}.txt`) === groupOf.get(`report-${n}-copy.txt`),
  );
  check('pairs that share a group', together.length >= PAIRS * 0.95, `${together.length} of ${PAIRS}`);
  const largest = Math.max(...preview.groups.map(({ uris }) => uris.length));
  check('groups are hardly more than pairs', largest <= 4 && preview.groups.length >= 190, [
    preview.groups.length,
    largest,
  ]);
  check(
    'the dry run says what it would choose',
    preview.choice.analyzer === 'claude-batch',
    preview.choice.why,
  );
  const shown = (await runCli(folder, ...near, '--dry-run')).stdout;
  check(
    'and shows the groups',
    /Groups by near-duplicate: \d+ of 400 documents/.test(shown),
    lines(shown, /^Groups/),
  );

  await simulator.clear();
  const cheap = await runCli(folder, ...near);
  const saved = Number(/Saved by the batch: \$[\d.]+ \((\d+) nano-USD\)/.exec(cheap.stdout)?.[1]);
  const told = lines(cheap.stderr, /^By the batch/);
  const { totals, entries } = await simulator.ledger();
  const online = entries.reduce(
    (sum, { endpoint, costNanoUsd }) => sum + (endpoint === 'batch item' ? 2 : 1) * costNanoUsd,
    0,
  );
  const truly = online - totals.costNanoUsd;
  check(
    'all by the batch',
    cheap.exitCode === 0 && entries.some(({ endpoint }) => endpoint === 'batch item'),
    told,
  );
  check('the saving printed is the ledger’s ± 5 %', Math.abs(saved - truly) <= truly * 0.05, [saved, truly]);

  await simulator.clear();
  const fast = await runCli(
    folder,
    'process',
    'docs',
    '--optimize',
    'time',
    '--rerun',
    'all',
    '--parallel',
    '20',
  );
  const asked = (await simulator.ledger()).entries.filter(({ endpoint }) => endpoint === 'batch item').length;
  check('for the time all goes online', fast.exitCode === 0 && asked === 0, lines(fast.stderr, /^Online/));
  const typed = await runJson(folder, 'process', 'docs', '--optimize', 'cost', '--rerun', 'all');
  check(
    '`--json` says what was saved',
    typed.exitCode === 0 && 'savedNanoUsd' in typed,
    typed.counts.completed,
  );
} finally {
  await project.remove();
  await simulator.close();
}

/** A report with words of its own. */
function reportOf(n: number): string {
  const subjects = ['roof', 'fence', 'gauge', 'pump', 'bridge', 'gate', 'tower', 'canal', 'mill', 'quay'];
  const sentences = Array.from({ length: 12 }, (_, line) => {
    const k = n * 31 + line * 17;
    return `The ${subjects[k % 10]} at site ${n}-${line} was seen on day ${k % 97}, its value ${k * 7} is ${k % 3 === 0 ? 'above' : 'below'} that of sector ${(n * 13 + line) % 211}.`;
  });
  return `Report ${n}\n\n${sentences.join('\n')}\n`;
}

/** The same report as somebody else would send it: some words are others, a sentence is gone, another is new. */
function changed(text: string, n: number): string {
  const [title, gap, first, ...rest] = text.trim().split('\n');
  const kept = rest.map((line, at) => (at % 5 === 0 ? line.replace('was seen', 'was visited') : line));
  return [`${title} (second version)`, gap, first, ...kept.slice(0, -1), `Signed by person ${n}.`].join('\n');
}

function name(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

function lines(text: string, pattern: RegExp): string {
  return text.split('\n').find((line) => pattern.test(line)) ?? `none in: ${text.slice(-300)}`;
}
