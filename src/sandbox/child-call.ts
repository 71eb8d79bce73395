import workerpool from 'workerpool';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { Stage } from '../domain/failure.ts';
import { childFailure, stallFailure, timeoutFailure } from './child-failure.ts';
import type { Children } from './children.ts';
import type { ChildEvent, ChildFunctions, Reply } from './requests.ts';
import { longest } from './with-deadline.ts';

/** Characters of a child's stderr that are kept to tell why it died. */
const STDERR_KEPT = 16_384;

export interface CallLimits {
  stage: Stage;
  /** Counted from when the child starts on this call. */
  timeoutMs: number;
  /** Counted from the child's last sign of progress. */
  stallMs: number;
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
  pool: workerpool.Pool,
  method: keyof ChildFunctions,
  params: unknown[],
  { stage, timeoutMs, stallMs }: CallLimits,
  children: Children,
): ChildCall<T> {
  let pid: number | undefined;
  let isStopped = false;
  let stderr = '';
  let timer: NodeJS.Timeout | undefined;
  let stallTimer: NodeJS.Timeout | undefined;
  let settleResult: { resolve: (value: T) => void; reject: (reason: Error) => void };
  const result = new Promise<T>((resolve, reject) => (settleResult = { resolve, reject }));

  const reply = pool.exec(method, params, { on: onEvent }) as unknown as PromiseLike<Reply<T>>;
  const done = Promise.resolve(reply).then(onReply, onLoss);
  return { result, done, stop };

  function stop(reason: Error): void {
    if (isStopped) return;
    isStopped = true;
    settleResult.reject(reason);
    if (pid !== undefined) children.kill(pid);
  }

  function onEvent(event: ChildEvent): void {
    if ('stderr' in event) stderr = (stderr + event.stderr).slice(-STDERR_KEPT);
    if ('progress' in event) stallTimer?.refresh();
    if ('startedPid' in event) onStart(event.startedPid);
  }

  function onStart(childPid: number): void {
    pid = childPid;
    children.started(pid);
    if (isStopped) {
      children.kill(pid);
      return;
    }
    timer = setTimeout(() => stop(timeoutFailure(timeoutMs, stage)), longest(timeoutMs));
    if (stallMs < timeoutMs) {
      stallTimer = setTimeout(() => stop(stallFailure(stallMs, stage)), longest(stallMs));
    }
  }

  function onReply(value: Reply<T>): void {
    clearTimers();
    if (pid !== undefined) children.finished(pid, value.rssBytes);
    if ('value' in value) {
      settleResult.resolve(value.value);
      return;
    }
    const { failureClass, code, message, stage: failedStage, context } = value.failure;
    settleResult.reject(new DocumentFailure(failureClass, code, message, { stage: failedStage, context }));
  }

  function onLoss(error: Error): void {
    clearTimers();
    if (!(error instanceof workerpool.TerminateError)) {
      const message = `Docbatch failed on this document: ${error.message}`;
      settleResult.reject(permanent('internal', message, { stage, cause: error }));
      return;
    }
    const isOthersFault = pid === undefined || children.wasKilled(pid);
    settleResult.reject(
      isOthersFault ? new ChildNotStarted(error.message) : childFailure(error, stderr, stage),
    );
  }

  function clearTimers(): void {
    clearTimeout(timer);
    clearTimeout(stallTimer);
  }
}
