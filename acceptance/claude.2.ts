// The error table, online and inside the results of provider batches: each line switched to another class fails exactly
// its tests; credit balance and spend limits halt after at most `parallel` calls (one provider batch), blame no item,
// exit 3, and `resume` completes all.
import { spawnSync } from 'node:child_process';
import { writeFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { errorTable } from '../src/analyze/claude/error-table.ts';
import { packageRoot } from '../src/paths.ts';
import type { Fault } from '../test/support/claude-simulator/faults.ts';
import { projectFolder } from '../test/support/run-cli.ts';
import { check, until } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const PARALLEL = 5;
const COUNT = 60;
/** What has no counterpart in a result: it comes without a connection, and without a status. */
const onlyOnline = new Set(['timeout', 'connection', 'any other']);

await mutateTable();
const simulator = await startSimulator({ latencyMs: 100 });
const project = await projectFolder();
const refusals = {
  'credit balance': {
    status: 400,
    type: 'invalid_request_error',
    message: 'Your credit balance is too low to access the Anthropic API.',
  },
  'own spend limit': {
    status: 400,
    type: 'invalid_request_error',
    message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01.',
  },
  'enforced spend limit': {
    status: 429,
    type: 'rate_limit_error',
    message: 'Your organization has reached its spend limit',
    details: { error_code: 'enforced_spend_limit_reached' },
  },
};
try {
  for (const [name, refusal] of Object.entries(refusals)) {
    const folder = name.replaceAll(' ', '-');
    await mkdir(join(project.folder, folder));
    for (let n = 0; n < COUNT; n++)
      await writeFile(join(project.folder, folder, `${n}.txt`), `${name}\n${letter(n)}`);
    await simulator.clear();
    await simulator.set({ faults: [] });
    const running = runJson(
      project.folder,
      'process',
      folder,
      '--analyzer',
      'claude',
      '--parallel',
      String(PARALLEL),
    );
    await until('twenty answers', async () => (await simulator.ledger()).totals.billed >= 20);
    await simulator.set({ faults: [{ fault: { kind: 'status', ...refusal } }] });
    const halted = await running;
    const refused = (await simulator.ledger()).entries.filter(
      ({ status }) => status === refusal.status,
    ).length;
    check(`${name}: exit 3`, halted.exitCode === 3 && halted.status === 'halted', halted.reason);
    check(`${name}: at most ${PARALLEL} calls refused`, refused >= 1 && refused <= PARALLEL, refused);
    check(`${name}: no item is blamed`, halted.counts.failed === 0, halted.counts);
    await simulator.set({ faults: [] });
    const resumed = await runJson(project.folder, 'resume', 'last');
    check(
      `${name}: resume completes all`,
      resumed.exitCode === 0 && resumed.counts.completed === COUNT,
      resumed.counts,
    );
    await insideResults(name, folder, { kind: 'status', ...refusal });
  }
} finally {
  await project.remove();
  await simulator.close();
}

/** The first answers of a provider batch say that there is no money: as if nothing had been asked. */
async function insideResults(name: string, folder: string, fault: Fault): Promise<void> {
  await simulator.set({ faults: [{ fault }] });
  const args = ['process', folder, '--analyzer', 'claude-batch', '--parallel', String(PARALLEL)];
  const halted = await runJson(project.folder, ...args);
  check(
    `${name}, in results: exit 3, no item is blamed`,
    halted.exitCode === 3 && halted.status === 'halted' && halted.counts.failed === 0,
    halted.reason,
  );
  await simulator.set({ faults: [] });
  await simulator.clear();
  const resumed = await runJson(project.folder, 'resume', 'last');
  check(
    `${name}, in results: resume completes all`,
    resumed.exitCode === 0 && resumed.counts.completed === COUNT,
    resumed.counts,
  );
  const { billed, billedTwice } = await simulator.totals();
  check(`${name}, in results: each is billed once`, billed === COUNT && billedTwice === 0, [
    billed,
    billedTwice,
  ]);
}

/** Each line with another class: its own tests must fail, and no other. */
async function mutateTable(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-mutant-'));
  const table = pathToFileURL(join(packageRoot, 'dist/src/analyze/claude/error-table.js')).href;
  const tests = join(packageRoot, 'dist/test/unit/analyze/claude/errors.test.js');
  let caught = 0;
  for (const [index, { id, failureClass }] of errorTable.entries()) {
    const other = failureClass === 'permanent' ? 'critical' : 'permanent';
    const mutant = join(folder, 'mutant.mjs');
    await writeFile(
      mutant,
      `import { errorTable } from ${JSON.stringify(table)};\nerrorTable[${index}].failureClass = '${other}';\n`,
    );
    const mocha = join(packageRoot, 'node_modules/mocha/bin/mocha.js');
    const { stdout } = spawnSync(
      process.execPath,
      [mocha, '--no-config', '--reporter', 'json', '--require', mutant, tests],
      { cwd: packageRoot, encoding: 'utf8' },
    );
    const { failures } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { failures: { title: string }[] };
    const titles = failures.map(({ title }) => title);
    const wanted = onlyOnline.has(id) ? 1 : 2;
    if (titles.length === wanted && titles.every((title) => title.startsWith(`makes of "${id}"`)))
      caught += 1;
    else check(`the line "${id}" as ${other}`, false, titles);
  }
  check(
    'lines whose change fails exactly their tests, online and in results',
    caught === errorTable.length,
    `${caught} of ${errorTable.length}`,
  );
  await rm(folder, { recursive: true });
}
