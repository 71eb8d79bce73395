import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { Json } from '../domain/analyzer.ts';
import { transient } from '../domain/failure.ts';
import type { Stage } from '../domain/failure.ts';
import { ChildNotStarted, callChild } from './child-call.ts';
import type { ChildCall } from './child-call.ts';
import { permissionFlags } from './permission-flags.ts';
import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ChildFunctions, ExtractRequest, Extracted, LocalInput } from './requests.ts';
import { residentBytes } from './resident-bytes.ts';
import { scrubbedEnv } from './scrubbed-env.ts';
import { createSlots } from './slots.ts';

/** Children tried for one document when they die before they begin it. */
const MAX_STARTS = 3;
/** Milliseconds that an orderly end may take before a child is killed. */
const TERMINATE_MS = 200;
/** Megabytes that buffers and native parsers may use above the JavaScript heap. */
const MEMORY_OVER_HEAP_MB = 768;

export interface SandboxOptions extends ExtractionLimits {
  /** Extraction processes at most; each starts when it is first needed. */
  processes: number;
  /** JavaScript heap of one process. */
  heapMb: number;
}

/** Reads and analyzes untrusted documents in child processes, each of which may be lost at any moment. */
export interface Sandbox {
  /** Throws `DocumentFailure`; rejects with the signal's reason. `timeoutMs` runs from when a child starts on it. */
  extract(request: ExtractRequest & { timeoutMs: number }, signal: AbortSignal): Promise<Extracted>;
  answerLocally(input: LocalInput, timeoutMs: number, signal: AbortSignal): Promise<Json>;
  /** The children alive now. */
  pids(): number[];
  /** Resident memory of the children together, in bytes; 0 where the system has no /proc. */
  rssBytes(): number;
  /** Kills the children; what is in work rejects with an error that is no document's failure. */
  close(): Promise<void>;
}

export function createSandbox({ processes, heapMb, ...limits }: SandboxOptions): Sandbox {
  const slots = createSlots(processes);
  const children = workerpool.pool(fileURLToPath(new URL('./child.js', import.meta.url)), {
    workerType: 'process',
    maxWorkers: processes,
    workerTerminateTimeout: TERMINATE_MS,
    emitStdStreams: true,
    forkArgs: [String(heapMb + MEMORY_OVER_HEAP_MB)],
    forkOpts: {
      env: scrubbedEnv(process.env),
      // If our own process was started with this flag, workerpool lets that one win; the watchdog's limit still holds.
      execArgv: [`--max-old-space-size=${heapMb}`, ...permissionFlags()],
      serialization: 'advanced',
    },
  });
  const known = new Set<number>();
  const killed = new Set<number>();
  const inWork = new Set<ChildCall<unknown>>();
  let closed: Promise<void> | undefined;

  return {
    extract({ path, name, knownSha256, timeoutMs }, signal) {
      const request: ExtractRequest = { path, name, knownSha256 };
      return run('extract', [request, limits], {
        stage: 'extract',
        timeoutMs,
        signal,
      });
    },
    answerLocally(input, timeoutMs, signal) {
      return run('answerLocally', [input], { stage: 'analyze', timeoutMs, signal });
    },
    pids,
    rssBytes: () => pids().reduce((sum, pid) => sum + residentBytes(pid), 0),
    close: () => (closed ??= close()),
  };

  // The pool's own queue is never used: it stalls after a child is lost, and its time-outs end no busy process at once.
  async function run<T>(method: keyof ChildFunctions, params: unknown[], options: RunOptions): Promise<T> {
    // Many documents may wait on the signal of one batch.
    setMaxListeners(0, options.signal);
    for (let start = 1; ; start += 1) {
      if (isClosed()) throw closedError();
      const giveBack = await slots.take(options.signal);
      const call = callChild<T>(children, method, params, {
        ...options,
        killed,
        onStart: (pid) => known.add(pid),
      });
      inWork.add(call);
      void call.done.finally(() => {
        inWork.delete(call);
        giveBack();
      });
      try {
        return await resultOf(call, options.signal);
      } catch (error) {
        if (!(error instanceof ChildNotStarted)) throw error;
        if (isClosed()) throw closedError();
        if (start < MAX_STARTS) continue;
        throw transient('internal', 'No extraction process could be started.', {
          stage: options.stage,
          cause: error,
        });
      }
    }
  }

  function pids(): number[] {
    return [...known].filter(isAlive);
  }

  function isClosed(): boolean {
    return closed !== undefined;
  }

  async function close(): Promise<void> {
    const reason = closedError();
    slots.close(reason);
    for (const call of inWork) call.stop(reason);
    await children.terminate(true);
  }
}

interface RunOptions {
  stage: Stage;
  timeoutMs: number;
  signal: AbortSignal;
}

async function resultOf<T>(call: ChildCall<T>, signal: AbortSignal): Promise<T> {
  const abort = (): void => call.stop(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await call.result;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function closedError(): Error {
  return new Error('The sandbox was closed while it worked on a document');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
