import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { onAbort } from './on-abort.ts';

export interface ProgramOptions {
  env: NodeJS.ProcessEnv;
  cwd?: string | undefined;
  stdin: string;
  timeoutMs: number;
  maxStdoutBytes: number;
  signal: AbortSignal;
}

export type ProgramEnd =
  | { kind: 'exit'; code: number; stdout: string; stderr: string }
  | { kind: 'signal'; signal: string; stderr: string }
  | { kind: 'timeout' }
  | { kind: 'too_much_output' }
  | { kind: 'not_started'; error: Error };

/**
 * The guard waits in the program's own process group on a pipe that only we hold: when the pipe closes, because the
 * program has ended or because this worker was killed, it kills what is left of the group.
 */
const script =
  '(trap "" TERM INT HUP; read -r _ <&3; kill -KILL 0) </dev/null >/dev/null 2>&1 & exec 3<&-; eval "$1"';
const GRACE_MS = 2_000;
/** setTimeout fires at once above this. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const STDERR_KEPT_CHARS = 8_192;

/**
 * Runs a shell command in a process group of its own. Comes back only when the whole group is gone: on a time-out or
 * an abort it is sent TERM, 2 s later KILL. Rejects with `signal.reason` when aborted.
 */
export async function runProgram(command: string, options: ProgramOptions): Promise<ProgramEnd> {
  const { env, cwd, stdin, timeoutMs, maxStdoutBytes, signal } = options;
  signal.throwIfAborted();
  const child = spawn('sh', ['-c', script, 'sh', command], {
    env,
    cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const kill = createGroupKiller(child);
  const stdout: Buffer[] = [];
  let stdoutBytes = 0;
  let stderr = '';
  let cut = null as ProgramEnd | null;

  const cutOff = (end: ProgramEnd, graceMs: number) => {
    cut ??= end;
    kill(graceMs);
  };
  const timer = setTimeout(() => cutOff({ kind: 'timeout' }, GRACE_MS), Math.min(timeoutMs, MAX_TIMER_MS));
  const offAbort = onAbort(signal, () => kill(GRACE_MS));

  child.stdout.on('data', (piece: Buffer) => {
    stdoutBytes += piece.length;
    if (stdoutBytes <= maxStdoutBytes) stdout.push(piece);
    else cutOff({ kind: 'too_much_output' }, 0);
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr = (stderr + piece).slice(-STDERR_KEPT_CHARS);
  });
  // A program may answer without reading all of its input: EPIPE is no failure, its exit code tells.
  child.stdin.on('error', () => undefined).end(stdin);

  try {
    const end = await ended(child, kill);
    signal.throwIfAborted();
    if (cut !== null) return cut;
    if (end instanceof Error) return { kind: 'not_started', error: end };
    if (end.signal !== null) return { kind: 'signal', signal: end.signal, stderr };
    return { kind: 'exit', code: end.code ?? 1, stdout: Buffer.concat(stdout).toString('utf8'), stderr };
  } finally {
    clearTimeout(timer);
    offAbort();
  }
}

/** The shell's end, once its streams are closed and so nothing of its group holds them. */
function ended(
  child: ChildProcess,
  kill: (graceMs: number) => void,
): Promise<Error | { code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) resolve(error);
    });
    child.once('exit', () => kill(0));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** TERM, and KILL after the grace or when the outputs are closed; the first call stands. */
function createGroupKiller(child: ChildProcess): (graceMs: number) => void {
  const guard = child.stdio[3] as Writable | null;
  guard?.on('error', () => undefined);
  let isDying = false;
  return (graceMs) => {
    if (isDying) return;
    isDying = true;
    if (graceMs === 0) {
      guard?.destroy();
      return;
    }
    signalGroup(child, 'SIGTERM');
    const killTimer = setTimeout(() => {
      // The guard may have met TERM before its trap was set.
      signalGroup(child, 'SIGKILL');
      guard?.destroy();
    }, graceMs);
    void Promise.all([child.stdout!, child.stderr!].map(closed)).then(() => {
      clearTimeout(killTimer);
      guard?.destroy();
    });
  };
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => (stream.closed ? resolve() : stream.once('close', resolve)));
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the group is gone already, which is what was wanted.
  }
}
