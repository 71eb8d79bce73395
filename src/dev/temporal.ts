import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { moveForeignFileAside } from './foreign-file.ts';
import { isListening } from './free-port.ts';
import { spawnGuarded, type GuardedProcess } from './guarded-process.ts';
import { StackError } from './stack-error.ts';
import type { TemporalExecutable } from './temporal-executable.ts';
import type { TemporalSpec } from './temporal-spec.ts';
import { Stop, until } from './until.ts';

export interface TemporalOptions {
  executable: TemporalExecutable;
  spec: TemporalSpec;
  stateDir: string;
  port: number;
  uiPort: number;
  /** False keeps everything in memory, for tests. */
  durable: boolean;
  removeAfter?: string;
  onOutput: (chunk: Buffer) => void;
  /** The data of another server version were moved there: open batches are resumed from the rows, schedules are not. */
  onMovedAside?: (path: string) => void;
}

export interface RunningTemporal {
  address: string;
  namespace: string;
  webUiUrl: string | null;
  process: GuardedProcess;
  detail: string;
}

/** Starts the dev server; resolves when it answers and its namespace has what we need. */
export async function startTemporal(options: TemporalOptions): Promise<RunningTemporal> {
  const { spec, port, uiPort, durable, stateDir, executable } = options;
  if (durable) {
    await mkdir(stateDir, { recursive: true });
    const aside = await moveForeignFileAside(join(stateDir, spec.databaseFile), executable.serverVersion);
    if (aside !== null) options.onMovedAside?.(aside);
  }
  const address = `${spec.ip}:${port}`;
  // Loaded while the server starts, and never for PostgreSQL alone.
  const loading = import('./namespace.ts');
  const server = await launch(options, async () => (await loading).prepareNamespace({ address, spec }));
  const webUiUrl = uiPort === 0 ? null : `http://${spec.ip}:${uiPort}`;
  const detail = `Temporal ${executable.serverVersion} on ${address}${webUiUrl === null ? '' : `, Web UI ${webUiUrl}`}`;
  return { address, namespace: spec.namespace, webUiUrl, process: server, detail };
}

/** The server picks ports for its inner services by looking for free ones; when another program is quicker it ends at once. */
const STARTS = 3;

async function launch(options: TemporalOptions, prepare: () => Promise<void>): Promise<GuardedProcess> {
  for (let start = 1; ; start += 1) {
    // `removeAfter` may have taken it away with an earlier try.
    await mkdir(options.stateDir, { recursive: true });
    const server = spawnGuarded({
      command: options.executable.path,
      args: flags(options),
      // In memory it keeps the id of its cluster below the home of the user.
      env: options.durable ? process.env : { ...process.env, HOME: options.stateDir },
      stopSignal: 'TERM',
      graceSeconds: 8,
      pidFile: join(options.stateDir, 'temporal.pid'),
      ...(options.removeAfter === undefined ? {} : { removeAfter: options.removeAfter }),
      onOutput: options.onOutput,
    });
    const seen = { ended: false };
    void server.exited.then(() => (seen.ended = true));
    try {
      await untilListens(server, options.port);
      await prepare();
      return server;
    } catch (error) {
      const mayTryAgain = seen.ended && start < STARTS;
      await server.stop();
      if (!mayTryAgain) throw error;
    }
  }
}

function flags({ spec, port, uiPort, durable, stateDir }: TemporalOptions): string[] {
  const named = (flag: string, values: Record<string, unknown>) =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${String(value)}`]);
  return [
    ...['server', 'start-dev', '--ip', spec.ip, '--port', String(port), '--namespace', spec.namespace],
    ...(uiPort === 0
      ? ['--headless']
      : ['--ui-ip', spec.ip, '--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...(durable ? ['--db-filename', join(stateDir, spec.databaseFile)] : []),
    ...(durable ? named('--sqlite-pragma', spec.sqlitePragmas) : []),
    ...named('--dynamic-config-value', asJson(spec.dynamicConfig)),
    ...named('--search-attribute', spec.searchAttributes),
    ...['--log-level', 'warn', '--color', 'never'],
  ];
}

/** The flag takes JSON values. */
function asJson(values: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

const START_TIMEOUT_MS = 60_000;

async function untilListens(server: GuardedProcess, port: number): Promise<void> {
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  await until(
    async () => {
      if (ended !== undefined) throw new Stop('', { cause: new StackError(`The Temporal server ${ended}`) });
      return isListening(port);
    },
    { everyMs: 50, timeoutMs: START_TIMEOUT_MS, what: `The Temporal server does not listen on port ${port}` },
  );
}
