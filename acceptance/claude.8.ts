// Money, online and by the batch: the estimate against the ledger, a budget that is never exceeded with 50 in flight, resume
// with more, and 1.3 times the bill is enough. CORPUS=<folder> adds a folder of real files.
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const COUNT = Number(process.env.COUNT ?? 300);
const simulator = await startSimulator({ latencyMs: 100, latencySpreadMs: 200 });
const project = await projectFolder();
const usd = (nanoUsd: number) => (nanoUsd / 1e9).toFixed(9);
let analyzer = 'claude';
const again = () => ['--analyzer', analyzer, '--parallel', '50', '--rerun', 'all', '--no-cache'];
try {
  await cp(join(packageRoot, 'samples'), join(project.folder, 'samples'), { recursive: true });
  await mkdir(join(project.folder, 'letters'));
  for (let n = 0; n < COUNT; n++) await writeFile(join(project.folder, 'letters', `${n}.txt`), letter(n));
  for (analyzer of ['claude', 'claude-batch']) {
    process.stdout.write(`${analyzer}\n`);
    await checkMoney();
    // What the last run left paused holds its documents.
    await runCli(project.folder, 'cancel', 'last');
  }
} finally {
  await project.remove();
  await simulator.close();
}

async function checkMoney(): Promise<void> {
  await estimated('samples');
  if (process.env.CORPUS !== undefined) {
    for (const folder of await readdir(process.env.CORPUS, { withFileTypes: true })) {
      if (folder.isDirectory()) await estimated(join(process.env.CORPUS, folder.name));
    }
  }
  const bill = await estimated('letters');

  await simulator.clear();
  const small = Math.floor(bill * 0.4);
  const stopped = await runJson(project.folder, 'process', 'letters', ...again(), '--budget', usd(small));
  const spent = (await simulator.ledger()).totals.costNanoUsd;
  check(
    'the budget stops the run: exit 5',
    stopped.exitCode === 5 && stopped.status === 'paused',
    stopped.reason,
  );
  check('the ledger never exceeds the budget', spent <= small && spent > 0, `${usd(spent)} of ${usd(small)}`);
  check('four fifths warn', stopped.stderr.includes('of the budget of'), '');
  const more = await runJson(project.folder, 'resume', 'last', '--budget', usd(Math.ceil(bill * 1.3)));
  const whole = (await simulator.ledger()).totals;
  check('resume with more finishes', more.exitCode === 0 && more.counts.completed === COUNT, more.counts);
  check(
    'nothing was billed twice',
    whole.billedTwice === 0 && whole.costNanoUsd === bill,
    usd(whole.costNanoUsd),
  );

  await simulator.clear();
  const enough = await runJson(
    project.folder,
    'process',
    'letters',
    ...again(),
    '--budget',
    usd(Math.ceil(bill * 1.3)),
  );
  check(
    '1.3 times the bill is enough',
    enough.exitCode === 0 && enough.counts.completed === COUNT,
    enough.counts,
  );
  if (analyzer === 'claude') await brokenCalls(bill);
  await simulator.clear();
  const none = await runJson(project.folder, 'process', 'letters', ...again(), '--budget', '0.000001');
  check(
    'a budget for nothing says so, with no paid call',
    none.exitCode === 5 && none.counts.completed === 0,
    none.reason,
  );
  const total = (await simulator.ledger()).totals.costNanoUsd;
  check('and bills nothing', total === 0, usd(total));
}

/** One answer in ten breaks off after it was billed: what nobody told us is counted too. */
async function brokenCalls(bill: number): Promise<void> {
  await simulator.clear();
  await simulator.set({ faults: [{ rate: 0.1, fault: { kind: 'reset' } }] });
  const tight = Math.floor(bill * 0.6);
  const args = ['process', 'letters', ...again(), '--retry-delay', '100ms'];
  const stopped = await runJson(project.folder, ...args, '--budget', usd(tight));
  const { totals } = await simulator.ledger();
  check(
    'calls that break off after they were billed are counted too',
    stopped.reason === 'budget' && totals.costNanoUsd <= tight && totals.costNanoUsd > tight * 0.7,
    `${usd(totals.costNanoUsd)} of ${usd(tight)}, ${totals.billedTwice} billed twice`,
  );
  const more = await runJson(project.folder, 'resume', 'last', '--budget', usd(Math.ceil(bill * 1.5)));
  check('and do not stop a resume with more', more.counts.completed === COUNT, more.counts);
  await simulator.set({ faults: [] });
}

/** Estimate first, then the run; returns the bill. */
async function estimated(folder: string): Promise<number> {
  await simulator.clear();
  const { stdout } = await runCli(project.folder, 'process', folder, '--analyzer', analyzer, '--dry-run');
  const found = /([\d,]+) input tokens, about \$[\d.]+ \(\$([\d.]+) to \$([\d.]+)\)/.exec(stdout);
  if (found === null) throw new Error(`no estimate in ${stdout}`);
  const tokens = Number(found[1]!.replaceAll(',', ''));
  const [low, high] = [Number(found[2]) * 1e9, Number(found[3]) * 1e9];
  check(
    `${basename(folder)}: the estimate bills nothing`,
    (await simulator.ledger()).totals.billed === 0,
    '',
  );
  await runJson(project.folder, 'process', folder, '--analyzer', analyzer, '--parallel', '50');
  const { totals } = await simulator.ledger();
  const off = tokens / totals.inputTokens - 1;
  check(`${basename(folder)}: tokens within 10 %`, Math.abs(off) <= 0.1, `${(off * 100).toFixed(1)} %`);
  const { costNanoUsd } = totals;
  check(
    `${basename(folder)}: the bill is in the range`,
    low <= costNanoUsd && costNanoUsd <= high,
    `${usd(costNanoUsd)} in ${found[2]} to ${found[3]}`,
  );
  return costNanoUsd;
}
