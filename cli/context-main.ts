import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import type { Config, loadConfig } from '../src/config.ts';
import type { Database } from '../src/db/database.ts';
import type { StackLease } from '../src/dev/stack.ts';
import { CliError, type CliContext } from './context.ts';
import { commandLine, shellWord } from './command-name.ts';
import { printable } from './output/printable.ts';
import { createStatusLine, type StatusLine } from './output/status-line.ts';
import { createStackSteps } from './output/stack-steps.ts';

export interface MainContext {
  context: CliContext;
  /** To be called before an action: loads what reads the configuration, which `--help` never does. */
  prepare: () => Promise<void>;
  /** Runs the cleanups, last added first; the first error is thrown when all have run. */
  cleanUp: () => Promise<void>;
  /** Null until a command asked for the configuration. */
  loadedConfig: () => Config | null;
  /** Why stdout took no more of the answer; null when it took all, or when its reader went away. */
  lostAnswer: () => Error | null;
}

/** The context of a real command line. `options` are those of the whole program, known once it is parsed. */
export function createMainContext(options: () => { project?: string }, purpose: () => string): MainContext {
  const { env } = process;
  const cleanups: (() => Promise<void> | void)[] = [];
  const statusLine = process.stderr.isTTY ? createStatusLine(process.stderr) : null;
  const stdout = createWriter(process.stdout, statusLine);
  const err = createWriter(process.stderr, statusLine).write;
  const onStep = createStackSteps(err);
  let load: typeof loadConfig;
  let config: Config | null = null;
  let lease: StackLease | null = null;
  let db: Database | null = null;

  const context: CliContext = {
    config: () => (config ??= readConfig(load, env, options().project)),
    env,
    out: stdout.write,
    outLines: stdout.writeLines,
    err,
    statusLine,
    stack: async (needs) => {
      const { acquireStack } = await import('../src/dev/stack.ts');
      const wider = await acquireStack(context.config(), {
        needs,
        purpose: purpose(),
        onStep,
        onInterrupted: (batches) => {
          err('An earlier stack was stopped while these batches ran; they are paused, nothing is lost:');
          for (const { id, name } of batches) err(`  ${name ?? id}   ${commandLine(env, `resume ${id}`)}`);
        },
        signal: context.interrupted,
      });
      // One lease at a time: the newest has all that an older one has.
      if (lease === null) cleanups.push(() => lease?.release());
      const older = lease;
      lease = wider;
      await older?.release();
      return wider;
    },
    database: async () => {
      const loading = import('../src/db/database.ts');
      const { info } = lease ?? (await context.stack({ temporal: false, worker: false }));
      const { openDatabase } = await loading;
      if (db !== null) return db;
      const opened = openDatabase(info.databaseUrl, context.config().databasePoolMax);
      cleanups.push(() => opened.close());
      return (db = opened);
    },
    interrupted: listenForInterrupts(() => statusLine?.clear()),
    onExit: (cleanup) => cleanups.push(cleanup),
  };
  return {
    context,
    prepare: async () => {
      load = (await import('../src/config.ts')).loadConfig;
    },
    cleanUp: () => runAll(cleanups),
    loadedConfig: () => config,
    lostAnswer: stdout.failure,
  };
}

function readConfig(load: typeof loadConfig, env: NodeJS.ProcessEnv, project: string | undefined): Config {
  const config = load({ env, cwd: process.cwd(), project });
  const { projectDir } = config;
  const isThere = existsSync(projectDir);
  if (!isThere || !statSync(projectDir).isDirectory()) {
    throw new CliError(`Expected \`--project\` to be a folder, got \`${project ?? projectDir}\``, {
      why: isThere ? `\`${projectDir}\` is a file` : `there is no \`${projectDir}\``,
      next: isThere ? '--project with the folder it lies in' : `mkdir -p ${shellWord(projectDir)}`,
    });
  }
  return config;
}

interface Writer {
  /** Adds the newline; control characters are spelt out. */
  write(text: string): void;
  writeLines(lines: AsyncIterable<string>): Promise<void>;
  failure(): Error | null;
}

/** A reader that went away (`| head`), a terminal that was closed or a full disk ends the output, not the command. */
function createWriter(stream: NodeJS.WriteStream, statusLine: StatusLine | null): Writer {
  let isClosed = false;
  let failure: Error | null = null;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
    isClosed = true;
    stream.emit('drain');
  });
  const send = (text: string) => {
    // Both streams may be the same terminal.
    if (stream.isTTY) statusLine?.clear();
    return isClosed || stream.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  return {
    write: (text) => void send(printable(text)),
    // What is piped on is data, and stays as it is.
    writeLines: async (lines) => {
      for await (const line of lines) {
        if (!send(stream.isTTY ? printable(line) : line)) await once(stream, 'drain');
        if (isClosed) return;
      }
    },
    failure: () => failure,
  };
}

/** As the history of a batch tells it. */
const SIGNALS = { SIGINT: 'Ctrl-C', SIGTERM: 'SIGTERM', SIGHUP: 'the terminal was closed' };
/** One wish may arrive several times: a closing terminal and its shell both tell, and npm passes on what we have heard. */
const SAME_WISH_MS = 100;

function listenForInterrupts(beforeLeaving: () => void): AbortSignal {
  const controller = new AbortController();
  let firstAtMs = 0;
  for (const [signal, meaning] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      const isRepeated = signal === 'SIGHUP' || performance.now() - firstAtMs < SAME_WISH_MS;
      if (!controller.signal.aborted) {
        firstAtMs = performance.now();
        controller.abort(new Interrupted(meaning));
      } else if (!isRepeated) {
        beforeLeaving();
        process.exit(130);
      }
    });
  }
  return controller.signal;
}

/** The reason of `interrupted`: a command that just lets it through ends with 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

async function runAll(cleanups: (() => Promise<void> | void)[]): Promise<void> {
  const errors: unknown[] = [];
  for (let cleanup = cleanups.pop(); cleanup !== undefined; cleanup = cleanups.pop()) {
    try {
      await cleanup();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
