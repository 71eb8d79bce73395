import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import { postgresUrl } from '../src/dev/postgres.ts';
import { loadPorts, postgresPassword } from '../src/dev/state-files.ts';
import { packageRoot } from '../src/paths.ts';
import type { EngineRun, Task } from './engine-run.ts';
import { killFigures, killInTheMiddle, readCommits, readRows } from './engine-run.ts';
import { startMeter } from './meter.ts';
import { descendants, peakRssBytes } from './process-cost.ts';

/** The shipped command line and worker on their defaults, in a project folder of its own, its stack up before. */
export async function runDocbatch(task: Task): Promise<EngineRun> {
  const project = await mkdtemp(join(tmpdir(), 'docbatch-bench-'));
  const stateDir = join(project, '.docbatch');
  await mkdir(stateDir);
  try {
    await cli(project, ['up']);
    const password = postgresPassword(stateDir);
    const db = openDatabase(postgresUrl(loadPorts(stateDir).postgres, password), 1);
    const pidOf = async (part: string) => Number(await readFile(join(stateDir, `${part}.pid`), 'utf8'));
    const where = JSON.parse(await cli(project, ['where', '--json'])) as { keeper: { pid: number } };
    const commitsBefore = await readCommits(db, false);
    const startedAtMs = Date.now();
    const command = startCli(project, [
      ...['process', task.folder, '--json', '--analyzer', task.modelUrl],
      ...['--parallel', String(task.parallel), '--retry-delay', `${task.retryDelayMs}ms`],
    ]);
    const meter = startMeter(
      {
        worker: await pidOf('worker'),
        postgres: await pidOf('postgres'),
        temporal: await pidOf('temporal'),
        stack: where.keeper.pid,
        cli: command.child.pid!,
      },
      task.modelPid,
    );
    const killedAtMs = await killInTheMiddle(task, async () => {
      process.kill(await pidOf('worker'), 'SIGKILL');
    });
    await command.done;
    const cost = meter.stop();
    const worker = await pidOf('worker');
    const children = descendants(worker).map(peakRssBytes);
    const peakRss = peakRssBytes(worker);
    const { lastCommitMs, faults } = await readRows(db, task.names);
    const commits = (await readCommits(db, true)) - commitsBefore;
    await db.close();
    const ledger = await task.ledger();
    return {
      engine: 'docbatch',
      seconds: (lastCommitMs - ledger[0]!.atMs) / 1000,
      startUpSeconds: (ledger[0]!.atMs - startedAtMs) / 1000,
      ...cost,
      peakRssBytes: peakRss,
      childrenRssBytes: children.reduce((sum, bytes) => sum + bytes, 0),
      commits,
      calls: ledger.length,
      kill: killedAtMs === null ? null : killFigures(ledger, killedAtMs),
      faults,
    };
  } finally {
    await cli(project, ['down']);
    await rm(project, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function cli(project: string, args: readonly string[]): Promise<string> {
  return startCli(project, args).done;
}

function startCli(project: string, args: readonly string[]) {
  const child = spawn(process.execPath, [join(packageRoot, 'dist/cli/main.js'), ...args], {
    cwd: project,
    // Its own stack, whatever the shell has.
    env: { ...process.env, DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, INIT_CWD: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const done = once(child, 'close').then(([code]) => {
    // 2: some documents failed, as the model may have planned.
    if (code !== 0 && code !== 2)
      throw new Error(`docbatch ${args.join(' ')} ended with ${code}\n${stderr.slice(-2_000)}`);
    return stdout;
  });
  done.catch(() => undefined);
  return { child, done };
}
