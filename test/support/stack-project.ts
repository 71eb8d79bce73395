import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, type Config } from '../../src/config.ts';
import { packageRoot } from '../../src/paths.ts';
import { temporalExecutable } from '../../src/dev/temporal-executable.ts';
import { until } from '../../src/dev/until.ts';

export interface StackProject {
  config: Config;
  /** Process id of a part of this project's stack, from its pid file; 0 when there is none. */
  pid(part: 'postgres' | 'temporal' | 'worker'): number;
  keeperPid(): number;
  /** Everything of this project's stack that is alive: keeper, guards, servers. */
  processes(): { pid: number; command: string }[];
  /** Kills what is left and removes the folder. */
  remove(): Promise<void>;
}

/** A project folder of its own in the temp folder, with the Temporal executable that the clone has already. */
export async function stackProject(): Promise<StackProject> {
  const projectDir = await mkdtemp(join(tmpdir(), 'docbatch-stack-'));
  const config = loadConfig({ env: {}, cwd: projectDir, project: projectDir });
  const { path } = await temporalExecutable(join(packageRoot, '.docbatch'), process.env);
  await mkdir(join(config.stateDir, 'bin'), { recursive: true });
  await symlink(path, join(config.stateDir, 'bin', 'temporal'));
  const processes = () =>
    execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => /^\s*(\d+) (.*)$/.exec(line))
      .filter((match) => match?.[2]?.includes(projectDir) === true)
      .map((match) => ({ pid: Number(match?.[1]), command: match?.[2] ?? '' }));
  return {
    config,
    pid: (part) => {
      const file = join(config.stateDir, `${part}.pid`);
      return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    },
    keeperPid: () => processes().find(({ command }) => command.includes('keeper-main'))?.pid ?? 0,
    processes,
    remove: async () => {
      const killRest = () => {
        for (const { pid } of processes()) kill(pid);
        return Promise.resolve(processes().length === 0);
      };
      await until(killRest, { everyMs: 50, timeoutMs: 10_000, what: 'the stack does not die' });
      await rm(projectDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
