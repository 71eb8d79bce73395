import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../config.ts';
import { logPath, openRotatingLog } from './rotating-log.ts';
import { explainErrno } from '../explain-errno.ts';
import { StackError } from './stack-error.ts';
import { keeperSocketPath } from './state-files.ts';
import { Stop, until } from './until.ts';

/** Nobody listens; or who did is being killed in this moment. */
const NOBODY = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'];

/** Null when no keeper listens. */
export function tryConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (NOBODY.includes(error.code ?? '')) resolve(null);
      else reject(error);
    });
  });
}

const START_TIMEOUT_MS = 30_000;

/** A connection to the project's keeper, which is started when none listens. */
export async function connectOrStart(config: Config): Promise<Socket> {
  const path = keeperSocketPath(config.stateDir);
  const running = await tryConnect(path);
  if (running !== null) return running;
  const failed = startKeeper(config);
  let socket: Socket | null = null;
  await until(
    async () => {
      socket = await tryConnect(path);
      const why = failed();
      if (socket === null && why !== null) throw new Stop('', { cause: keeperFailed(config, why) });
      return socket !== null;
    },
    { everyMs: 30, timeoutMs: START_TIMEOUT_MS, what: 'The keeper of the stack does not answer' },
  );
  return socket!;
}

/** Detached, so that it outlives this command; answers how it failed, or null. */
function startKeeper({ stateDir, projectDir }: Config): () => string | null {
  const path = logPath(stateDir, 'keeper');
  makeStateDir(stateDir);
  openRotatingLog(path).rotateIfFull();
  mkdirSync(dirname(path), { recursive: true });
  const log = openSync(path, 'a', 0o600);
  let failed: string | null = null;
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('keeper-main.js', import.meta.url)), projectDir],
    {
      detached: true,
      stdio: ['ignore', log, log],
      cwd: projectDir,
    },
  );
  closeSync(log);
  child.once('error', (error) => (failed = error.message));
  child.once('exit', (code) => {
    if (code !== 0) failed = `it ended with code ${code ?? 'none'}`;
  });
  child.unref();
  return () => failed;
}

function keeperFailed({ stateDir }: Config, why: string): StackError {
  const path = logPath(stateDir, 'keeper');
  const lastError = /(?:Error|error): (.*)/.exec(readFileSync(path, 'utf8').slice(-4_000))?.[1];
  return new StackError('The keeper of the stack could not start', {
    why: `${lastError ?? why}; see \`${path}\``,
    next: 'docbatch doctor',
  });
}

function makeStateDir(stateDir: string): void {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    // Node says ENOENT of a folder that it made out to be missing and could not make.
    const isThere = existsSync(dirname(stateDir));
    throw new StackError(`Cannot make the folder \`${stateDir}\``, {
      why: isThere ? `\`${dirname(stateDir)}\` cannot be written` : explainErrno(error, dirname(stateDir)),
      next: 'name a project folder that can be written: --project <folder>',
      cause: error,
    });
  }
}
