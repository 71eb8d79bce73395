import workerpool from 'workerpool';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { Stage } from '../domain/failure.ts';
import { childFailure } from './child-failure.ts';
import type { ChildEvent, ChildFunctions, Reply } from './requests.ts';

/** Characters of a child's stderr that are kept to tell why it died. */
const STDERR_KEPT = 16_384;
/** A child that holds more after its work is replaced: parsers give little back. */
const MAX_IDLE_RSS_BYTES = 400 * 1024 * 1024;
/** `setTimeout` takes no longer wait. */
const MAX_TIMER_MS = 2_147_483_647;

export interface ChildCallOptions {
  stage: Stage;
  /** Counted from when the child starts on this call. */
  timeoutMs: number;
  /** Children that we killed, over all calls: their death says nothing about a document. */
  killed: Set<number>;
  onStart: (pid: number) => void;
}

export interface ChildCall<T> {
  /** Settles as soon as the outcome is known, which may be before a killed child is gone. */
  result: Promise<T>;
  /** Settles when the child is free for the next call, or gone. */
  done: Promise<void>;
  stop(reason: Error): void;
}

/** The call's child was lost before it started on it, or was killed for another call: run it again elsewhere. */
export class ChildNotStarted extends Error {
  override readonly name = 'ChildNotStarted';
}

/** One call of a function of child.ts, killed with its process on time-out or `stop`. */
export function callChild<T>(
  children: workerpool.Pool,
  method: keyof ChildFunctions,
  params: unknown[],
  { stage, timeoutMs, killed, onStart }: ChildCallOptions,
): ChildCall<T> {
  let pid: number | undefined;
  let isStopped = false;
  let stderr = '';
  let timer: NodeJS.Timeout | undefined;
  let settleResult: { resolve: (value: T) => void; reject: (reason: Error) => void };
  const result = new Promise<T>((resolve, reject) => (settleResult = { resolve, reject }));

  const reply = children.exec(method, params, { on: onEvent }) as unknown as PromiseLike<Reply<T>>;
  const done = Promise.resolve(reply).then(onReply, onLoss);
  return { result, done, stop };

  function stop(reason: Error): void {
    if (isStopped) return;
    isStopped = true;
    settleResult.reject(reason);
    if (pid !== undefined) kill(pid);
  }

  function kill(childPid: number): void {
    killed.add(childPid);
    try {
      process.kill(childPid, 'SIGKILL');
    } catch {
      // Already gone: the pool hears of it by itself.
    }
  }

  function onEvent(event: ChildEvent): void {
    if ('stderr' in event) stderr = (stderr + event.stderr).slice(-STDERR_KEPT);
    if (!('startedPid' in event)) return;
    pid = event.startedPid;
    onStart(pid);
    if (isStopped) {
      kill(pid);
      return;
    }
    timer = setTimeout(() => stop(timeoutFailure(timeoutMs, stage)), Math.min(timeoutMs, MAX_TIMER_MS));
  }

  function onReply(value: Reply<T>): void {
    clearTimeout(timer);
    if (value.rssBytes > MAX_IDLE_RSS_BYTES && pid !== undefined) kill(pid);
    if ('value' in value) {
      settleResult.resolve(value.value);
      return;
    }
    const { failureClass, code, message, stage: failedStage, context } = value.failure;
    settleResult.reject(new DocumentFailure(failureClass, code, message, { stage: failedStage, context }));
  }

  function onLoss(error: Error): void {
    clearTimeout(timer);
    if (!(error instanceof workerpool.TerminateError)) {
      const message = `Docbatch failed on this document: ${error.message}`;
      settleResult.reject(permanent('internal', message, { stage, cause: error }));
      return;
    }
    const isOthersFault = pid === undefined || killed.has(pid);
    settleResult.reject(
      isOthersFault ? new ChildNotStarted(error.message) : childFailure(error, stderr, stage),
    );
  }
}

function timeoutFailure(timeoutMs: number, stage: Stage): DocumentFailure {
  const message = `Reading the document took longer than the allowed ${timeoutMs / 1000} s.`;
  return permanent('parse_timeout', message, { stage, context: { timeoutMs } });
}
