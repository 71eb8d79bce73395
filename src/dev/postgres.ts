import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openDatabase } from '../db/database.ts';
import { isListening } from './free-port.ts';
import { spawnGuarded, type GuardedProcess } from './guarded-process.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { StackError } from './stack-error.ts';
import { Stop, until } from './until.ts';
import { unprivilegedPrefix } from './unprivileged.ts';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Parent of the data folder, and of a copy of the binaries where node_modules is read-only. */
  stateDir: string;
  port: number;
  password: string;
  /** Over `defaultSettings`, for tests. */
  settings?: Record<string, string>;
  removeAfter?: string;
  onOutput: (chunk: Buffer) => void;
}

export interface RunningPostgres {
  /** Of the database `docbatch`. */
  url: string;
  process: GuardedProcess;
  detail: string;
}

const defaultSettings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  wal_compression: 'on',
  checkpoint_timeout: '15min',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
};

export function postgresDataDir(stateDir: string): string {
  return join(stateDir, 'postgres');
}

export function postgresUrl(port: number, password: string): string {
  return `postgres://docbatch:${password}@127.0.0.1:${port}/docbatch`;
}

/** Starts the packaged PostgreSQL on loopback, making its data folder first when there is none; resolves when it answers. */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { stateDir, port, password } = options;
  const dataDir = postgresDataDir(stateDir);
  await mkdir(stateDir, { recursive: true });
  await chmod(stateDir, 0o700);
  const binDir = await postgresBinaries(stateDir);
  const prefix = await unprivilegedPrefix(stateDir);
  if (!existsSync(dataDir)) await initialize(prefix, binDir, dataDir, password);
  const version = await postgresVersion(binDir);
  await checkMajor(dataDir, version.split('.')[0]!);
  const settings = { ...defaultSettings, port: String(port), ...options.settings };
  const words = [
    ...prefix,
    join(binDir, 'postgres'),
    '-D',
    dataDir,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const server = spawnGuarded({
    command: words[0]!,
    args: words.slice(1),
    stopSignal: 'INT',
    graceSeconds: 8,
    pidFile: join(stateDir, 'postgres.pid'),
    ...(options.removeAfter === undefined ? {} : { removeAfter: options.removeAfter }),
    onOutput: options.onOutput,
  });
  try {
    await untilAnswers(server, port, password);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    url: postgresUrl(port, password),
    process: server,
    detail: `PostgreSQL ${version} on 127.0.0.1:${port}`,
  };
}

/** `18.4`, of the packaged binaries. */
export async function postgresVersion(binDir: string): Promise<string> {
  const { stdout } = await run(join(binDir, 'postgres'), ['--version']);
  return /\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim();
}

async function checkMajor(dataDir: string, ours: string): Promise<void> {
  const theirs = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  if (theirs === ours) return;
  throw new StackError(`The data folder \`${dataDir}\` belongs to PostgreSQL ${theirs}`, {
    why: `docbatch brings PostgreSQL ${ours}, which cannot read it`,
    next: `export with the version that made it, or move the folder aside: mv ${dataDir} ${dataDir}.${theirs}`,
  });
}

/** Under another name first: a kill in the middle leaves no half data folder behind. */
async function initialize(
  prefix: string[],
  binDir: string,
  dataDir: string,
  password: string,
): Promise<void> {
  const parent = dirname(dataDir);
  const unfinished = join(parent, `postgres.new-${process.pid}`);
  const passwordFile = join(parent, `postgres.pw-${process.pid}`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o644 });
  const [command = '', ...args] = [
    ...prefix,
    join(binDir, 'initdb'),
    ...['-D', unfinished, '-U', 'docbatch', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...[
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
  ];
  try {
    await run(command, args);
    await rename(unfinished, dataDir);
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new StackError('PostgreSQL could not make its data folder', {
      why: stderr.trim().split('\n').at(-1) ?? (error as Error).message,
      next: `check that \`${parent}\` is writable and its disk has room`,
      cause: error,
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(unfinished, { recursive: true, force: true });
  }
}

const START_TIMEOUT_MS = 60_000;

/** Recovery after a kill may take a while; a server that has ended is not waited for. */
async function untilAnswers(server: GuardedProcess, port: number, password: string): Promise<void> {
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  const waiting = {
    everyMs: 25,
    timeoutMs: START_TIMEOUT_MS,
    what: `PostgreSQL does not answer on port ${port}`,
  };
  const stopIfEnded = () => {
    if (ended !== undefined) throw new Stop('', { cause: new StackError(`PostgreSQL ${ended}`) });
  };
  await until(async () => {
    stopIfEnded();
    return isListening(port);
  }, waiting);
  const admin = openDatabase(postgresUrl(port, password).replace(/docbatch$/, 'postgres'), 1);
  try {
    await until(async () => {
      stopIfEnded();
      const { rows } = await admin
        .query(`SELECT FROM pg_database WHERE datname = 'docbatch'`)
        .catch(giveUpOnPassword);
      if (rows.length === 0) await admin.query('CREATE DATABASE docbatch');
      return true;
    }, waiting);
  } finally {
    await admin.close();
  }
}

function giveUpOnPassword(error: unknown): never {
  if ((error as { code?: string }).code !== '28P01') throw error;
  throw new Stop('', {
    cause: new StackError('The embedded PostgreSQL refuses its password', {
      why: 'the data folder and `.docbatch/postgres-password` do not belong together',
      next: 'put the right password file back, or `docbatch destroy` to begin anew',
      cause: error,
    }),
  });
}
