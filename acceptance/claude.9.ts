// Overhead: 300 ms latency, no limit, parallel 100: our rate against a bare p-limit + SDK loop in the same run.
import Anthropic from '@anthropic-ai/sdk';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { documentRequest } from '../src/analyze/claude/request.ts';
import { packageRoot } from '../src/paths.ts';
import { loadProfile } from '../src/profiles/load-profile.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';
import type { Simulator } from './claude.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const COUNT = Number(process.env.COUNT ?? 3_000);
const PARALLEL = 100;
const simulator = await startSimulator({ latencyMs: 300 });
const project = await projectFolder();
try {
  const folder = join(project.folder, 'letters');
  await mkdir(folder);
  for (let n = 0; n < COUNT; n++) await writeFile(join(folder, `${n}.txt`), letter(n));
  await runCli(project.folder, 'up');
  const args = ['process', 'letters', '--analyzer', 'claude', '--parallel', String(PARALLEL)];
  await runJson(project.folder, ...args, '--limit', '50');
  await simulator.clear();
  const { counts } = await runJson(project.folder, ...args);
  const ours = await rateOf(simulator);
  check('all completed', counts.completed === COUNT - 50, counts);
  await simulator.clear();
  await bareLoop(folder);
  const bare = await rateOf(simulator);
  check(
    'at least 0.85 of the bare loop',
    ours >= 0.85 * bare,
    `${ours.toFixed(1)} of ${bare.toFixed(1)} per s: ${(ours / bare).toFixed(3)}`,
  );
} finally {
  await project.remove();
  await simulator.close();
}

/** Calls per second from the first to the last. */
async function rateOf({ ledger }: Simulator): Promise<number> {
  const calls = (await ledger()).entries.filter(({ endpoint }) => endpoint === 'messages');
  const from = Math.min(...calls.map(({ startedAtMs }) => startedAtMs));
  const to = Math.max(...calls.map(({ endedAtMs }) => endedAtMs ?? 0));
  return calls.length / ((to - from) / 1_000);
}

async function bareLoop(folder: string): Promise<void> {
  const path = join(packageRoot, 'profiles/summary.yaml');
  const { profile } = loadProfile({ name: 'summary', path, isShipped: true });
  const client = new Anthropic({ maxRetries: 0, logLevel: 'off' });
  const limit = pLimit(PARALLEL);
  const names = await readdir(folder);
  await Promise.all(
    names.map((name) =>
      limit(async () => {
        const text = await readFile(join(folder, name), 'utf8');
        await client.messages.create(documentRequest(profile, text));
      }),
    ),
  );
}
