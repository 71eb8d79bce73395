// Three workers, one gate: a 429 with retry-after stops them all; then 1,800 requests a minute are used to 90 % with
// under 1 % refused; then 5 % of 2,000 documents' calls fail transiently. `stop`, `pace`, `faults` run one part alone.
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, until } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const parts = process.argv.slice(2);
const wants = (part: string) => parts.length === 0 || parts.includes(part);
const open = { requests: 1_000_000, inputTokens: 1_000_000_000, outputTokens: 1_000_000_000 };
const simulator = await startSimulator({ latencyMs: 100 });
const project = await projectFolder();
const workers: { stop(): Promise<void> }[] = [];
try {
  await runCli(project.folder, 'up');
  for (let n = 0; n < 2; n++) workers.push(await startWorker());
  if (wants('stop')) await stop();
  if (wants('pace')) await pace();
  if (wants('faults')) await faults();
} finally {
  for (const worker of workers) await worker.stop();
  await project.remove();
  await simulator.close();
}

async function stop(): Promise<void> {
  await letters('stop', 900);
  const running = runJson(project.folder, 'process', 'stop', '--analyzer', 'claude', '-p', '60', '-b', '20');
  await until('200 answers', async () => (await simulator.ledger()).totals.billed >= 200);
  const fault = {
    kind: 'status',
    status: 429,
    type: 'rate_limit_error',
    headers: { 'retry-after': '5' },
  } as const;
  await simulator.set({ faults: [{ fault, times: 1 }] });
  const ended = await running;
  const { entries } = await simulator.ledger();
  const calls = entries.filter(({ endpoint }) => endpoint === 'messages');
  const refused = calls.find(({ status }) => status === 429)!;
  const within = calls.filter(({ startedAtMs }) => {
    const afterMs = startedAtMs - refused.endedAtMs!;
    return afterMs > 500 && afterMs < 5_000;
  });
  const after = calls
    .filter(({ startedAtMs }) => startedAtMs - refused.endedAtMs! >= 5_000)
    .map((call) => call.startedAtMs);
  check('no request from 0.5 s until 5 s after the 429', within.length === 0, within.length);
  check('then it goes on', after.length > 0, `${Math.min(...after) - refused.endedAtMs!} ms after it`);
  check('all completed', ended.exitCode === 0 && ended.counts.completed === 900, ended.counts);
  const tries = ended.documents.filter((item) => (item as unknown as { attempts: number }).attempts !== 1);
  check('waiting cost no attempt', tries.length === 0, tries.length);
}

async function pace(): Promise<void> {
  const perMinute = 1_800;
  await letters('pace', 1_500);
  await simulator.clear();
  await simulator.set({ faults: [], limits: { ...open, requests: perMinute } });
  const ended = await runJson(
    project.folder,
    'process',
    'pace',
    '--analyzer',
    'claude',
    '-p',
    '60',
    '-b',
    '20',
  );
  const calls = (await simulator.ledger()).entries.filter(({ endpoint }) => endpoint === 'messages');
  const from = Math.min(...calls.map((call) => call.startedAtMs)) + 10_000;
  const to = Math.max(...calls.map((call) => call.startedAtMs)) - 2_000;
  const steady = calls.filter(({ startedAtMs }) => startedAtMs >= from && startedAtMs <= to);
  const used = steady.length / ((to - from) / 60_000) / perMinute;
  const refused = steady.filter(({ status }) => status === 429).length / steady.length;
  check(
    'at least 90 % of the allowed rate',
    used >= 0.9,
    `${(used * 100).toFixed(1)} % over ${Math.round((to - from) / 1_000)} s`,
  );
  check('under 1 % refused', refused < 0.01, `${(refused * 100).toFixed(2)} %`);
  check('all completed at the limit', ended.counts.completed === 1_500, ended.counts);
  const quota = (await runCli(project.folder, 'quota')).stdout;
  check('quota shows the limit', quota.includes(`${perMinute} per minute`), quota.split('\n')[1]?.trim());
  await simulator.set({ limits: open });
}

async function faults(): Promise<void> {
  await letters('faults', 2_000);
  await simulator.clear();
  const answer = (status: number, type: string) => ({ kind: 'status', status, type }) as const;
  const each = [answer(500, 'api_error'), answer(529, 'overloaded_error'), { kind: 'lost' } as const];
  await simulator.set({ latencyMs: 50, faults: each.map((fault) => ({ fault, rate: 0.05 / each.length })) });
  const ended = await runJson(
    project.folder,
    'process',
    'faults',
    '--analyzer',
    'claude',
    '-p',
    '50',
    '--retry-delay',
    '500ms',
  );
  const retried = ended.documents.filter((item) => (item as unknown as { attempts: number }).attempts > 1);
  const faulty = (await simulator.ledger()).entries.filter((entry) => entry.endpoint === 'messages').length;
  check('about 5 % of the calls were faulty', faulty > 2_000 * 1.04 && faulty < 2_000 * 1.07, faulty);
  const saved = retried.filter(({ state }) => state === 'completed').length;
  check('all of 2,000 completed', ended.exitCode === 0 && ended.counts.completed === 2_000, ended.counts);
  check(
    'more than 99 % of the retried completed',
    retried.length > 0 && saved / retried.length > 0.99,
    `${saved} of ${retried.length}`,
  );
}

async function letters(folder: string, count: number): Promise<void> {
  await mkdir(join(project.folder, folder));
  for (let n = 0; n < count; n++)
    await writeFile(join(project.folder, folder, `${n}.txt`), `${folder}\n${letter(n)}`);
}

/** One more production worker on the project's servers. */
async function startWorker(): Promise<{ stop(): Promise<void> }> {
  const { ports } = JSON.parse(await readFile(join(project.folder, '.docbatch/stack.json'), 'utf8')) as {
    ports: { postgres: number; temporal: number };
  };
  const password = (await readFile(join(project.folder, '.docbatch/postgres-password'), 'utf8')).trim();
  const child = spawn(process.execPath, [join(packageRoot, 'dist/cli/main.js'), 'worker'], {
    cwd: project.folder,
    env: {
      ...process.env,
      DATABASE_URL: `postgres://docbatch:${password}@127.0.0.1:${ports.postgres}/docbatch`,
      TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await until(`a worker: ${said}`, () => said.includes('ready'), 30_000);
  return {
    stop: () => {
      child.kill('SIGTERM');
      return closed;
    },
  };
}
