import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';

export interface CliResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface RunningCli {
  child: ChildProcess;
  done: Promise<CliResult>;
}

const main = join(packageRoot, 'dist/cli/main.js');

/** The built command line as a user starts it, in `cwd`. */
export function startCli(
  cwd: string,
  args: readonly string[],
  moreEnv: NodeJS.ProcessEnv = {},
  output: 'pipe' | number = 'pipe',
): RunningCli {
  const env = {
    ...process.env,
    npm_lifecycle_event: undefined,
    DATABASE_URL: undefined,
    TEMPORAL_ADDRESS: undefined,
    ...moreEnv,
  };
  const child = spawn(process.execPath, [main, ...args], { cwd, env, stdio: ['ignore', output, 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const done = new Promise<CliResult>((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  return { child, done };
}

export function runCli(cwd: string, ...args: string[]): Promise<CliResult> {
  return startCli(cwd, args).done;
}

/** A project folder of its own, with the Temporal program that this checkout has already; `remove` stops its stack. */
export async function projectFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-project-'));
  await mkdir(join(folder, '.docbatch'));
  const programs = '.docbatch/bin';
  await cp(join(packageRoot, programs), join(folder, programs), { recursive: true }).catch(() => undefined);
  return {
    folder,
    remove: async () => {
      await runCli(folder, 'down');
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
