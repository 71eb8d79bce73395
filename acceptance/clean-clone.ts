import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { processesOf } from './processes.ts';

export interface CleanClone {
  /** Holds the clone, its temporary folder and npm's cache; nothing else of the machine should change. */
  root: string;
  clone: string;
  env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

export interface ShellResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** What is committed, in an empty folder, with a temporary folder and an npm cache of its own. */
export async function cleanClone(): Promise<CleanClone> {
  const root = await mkdtemp(join(tmpdir(), 'docbatch-clone-'));
  const clone = join(root, 'docbatch');
  execFileSync('git', ['clone', '--quiet', packageRoot, clone]);
  execFileSync('mkdir', [join(root, 'tmp')]);
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, TMPDIR: join(root, 'tmp'), npm_config_cache: join(root, 'npm-cache') };
  return {
    root,
    clone,
    env,
    remove: async () => {
      for (const { pid } of processesOf(root)) process.kill(pid, 'SIGKILL');
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** The n-th (from 0) `sh` block of the README, word for word. */
export async function readmeCommand(clone: string, nth: number): Promise<string> {
  const readme = await readFile(join(clone, 'README.md'), 'utf8');
  return [...readme.matchAll(/^```sh\n([\s\S]*?)```/gm)][nth]![1]!.trim();
}

export function shell(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ShellResult> {
  const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
