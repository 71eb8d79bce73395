import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { spawnGuarded } from './guarded-process.ts';
import type { KeeperOptions } from './keeper.ts';
import { createPart, type Part, type Running } from './part.ts';
import { logPath, openRotatingLog } from './rotating-log.ts';
import { StackError } from './stack-error.ts';
import type { StackInfo } from './stack.ts';
import { Stop, until } from './until.ts';
import { withLogFile } from './with-log-file.ts';

/** The worker prints this line when it polls. */
export const workerReadyLine = 'DOCBATCH_WORKER_READY';

const START_TIMEOUT_MS = 60_000;

/** Megabytes; Node's 16 let short-lived objects fill three times as much, and are no faster here. */
const YOUNG_GENERATION = '--max-semi-space-size=8';

/** The stack's worker process: the same program as `docbatch worker`. */
export function workerPart({ config, env, onStep }: KeeperOptions, info: StackInfo): Part<Running> {
  const log = openRotatingLog(logPath(config.stateDir, 'worker'));
  const program = fileURLToPath(new URL('../worker/main.js', import.meta.url));
  const start = () =>
    withLogFile(log, async () => {
      if (!existsSync(program)) throw new StackError(`The worker program \`${program}\` is missing`);
      let isReady = false;
      let ended: string | undefined;
      const worker = spawnGuarded({
        command: process.execPath,
        args: [YOUNG_GENERATION, program],
        env: workerEnvironment(env, info, config.projectDir),
        stopSignal: 'TERM',
        graceSeconds: 35,
        pidFile: join(config.stateDir, 'worker.pid'),
        onOutput: (chunk) => {
          log.write(chunk);
          if (!isReady) isReady = chunk.includes(workerReadyLine);
        },
      });
      void worker.exited.then((how) => (ended = how));
      const check = () => {
        if (ended !== undefined) throw new Stop('', { cause: new StackError(`The worker ${ended}`) });
        return Promise.resolve(isReady);
      };
      try {
        await until(check, {
          everyMs: 20,
          timeoutMs: START_TIMEOUT_MS,
          what: 'The worker does not get ready',
        });
      } catch (error) {
        await worker.stop();
        throw error;
      }
      return { process: worker, detail: `worker (process group ${worker.groupId})` };
    });
  return createPart({ name: 'worker', label: 'worker', start, onStep });
}

function workerEnvironment(env: NodeJS.ProcessEnv, info: StackInfo, projectDir: string): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv = {
    ...env,
    DATABASE_URL: info.databaseUrl,
    TEMPORAL_ADDRESS: info.temporalAddress ?? undefined,
    TEMPORAL_NAMESPACE: info.temporalNamespace,
    DOCBATCH_PROJECT: projectDir,
    // One arena per thread of the SDK's core would keep 70 MB that nobody uses.
    MALLOC_ARENA_MAX: env.MALLOC_ARENA_MAX ?? '2',
  };
  if (!info.embedded.temporal) return own;
  // What reaches an outside Temporal would keep the worker from ours.
  const isOutside = (name: string) => /^TEMPORAL_(PROFILE|API_KEY|TLS|CONFIG_FILE|GRPC_META)/.test(name);
  return Object.fromEntries(Object.entries(own).filter(([name]) => !isOutside(name)));
}
