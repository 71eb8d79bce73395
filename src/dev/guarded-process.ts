import { spawn } from 'node:child_process';

export interface GuardedProcess {
  /** The process group of the guard and its server. */
  groupId: number;
  /** The server is gone; resolves with a sentence fit for a log line. */
  exited: Promise<string>;
  /** Asks it to stop, waits for it; after `graceSeconds` it is killed. */
  stop(): Promise<void>;
}

export interface GuardedCommand {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** What asks it to stop: PostgreSQL's fast shutdown is INT. */
  stopSignal: 'INT' | 'TERM';
  graceSeconds: number;
  /** Gets the server's process id, so that the next keeper finds a server that outlived its guard. */
  pidFile: string;
  /** A folder that goes when the server is gone, also when its owner was killed. */
  removeAfter?: string;
  onOutput: (chunk: Buffer) => void;
}

/**
 * Starts a server in a process group of its own, under a shell that stops it when this process is gone: a pipe that
 * only we hold open is the lease, and a SIGKILL closes it too.
 */
export function spawnGuarded(options: GuardedCommand): GuardedProcess {
  const { graceSeconds, removeAfter = '' } = options;
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', GUARD, 'docbatch-guard'],
      ...[options.pidFile, options.stopSignal, String(graceSeconds), removeAfter],
      ...[options.command, ...options.args],
    ],
    { detached: true, stdio: ['pipe', 'pipe', 'pipe'], env: options.env ?? process.env },
  );
  child.stdout.on('data', options.onOutput);
  child.stderr.on('data', options.onOutput);
  child.stdin.on('error', () => undefined);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      // The guard itself may have been killed: nothing of its group may stay behind.
      if (child.pid !== undefined) killGroup(child.pid);
      resolve(signal === null ? `ended with code ${code ?? 0}` : `was ended by ${signal}`);
    });
  });
  return {
    groupId: child.pid ?? 0,
    exited,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

function killGroup(groupId: number): void {
  try {
    process.kill(-groupId, 'SIGKILL');
  } catch {
    // Already empty: the normal case.
  }
}

// Arguments: pid file, stop signal, grace in seconds, folder to remove or '', command …
// The watcher is the one that reads the lease; TERM to the group at the end takes it and its sleep along.
const GUARD = `
pid_file=$1 stop_signal=$2 grace=$3 remove_after=$4; shift 4
exec 3<&0 </dev/null
DOCBATCH_GUARD=$$ "$@" 3<&- &
server=$!
echo "$server" > "$pid_file"
( read -r _ <&3; kill -s "$stop_signal" "$server"; sleep "$grace"; kill -s KILL "$server" ) >/dev/null 2>&1 &
exec 3<&-
wait "$server"; code=$?
trap '' TERM
kill -s TERM 0
rm -f "$pid_file"
if [ -n "$remove_after" ]; then rm -rf "$remove_after"; fi
exit "$code"
`;
