import { DocumentFailure } from '../domain/failure.ts';
import { nextAttempt } from '../domain/retry.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { Task } from './active-batch.ts';
import { asksByBatch, settingsOf } from './tasks.ts';

/** What the analysis said about the other side; the gate counts it. Null when no call was made. */
export type CallVerdict = {
  ok: boolean;
  reason: string;
  /** How long the other side asked us to wait. */
  retryAfterMs: number;
  /** It asked all callers, so that no worker may call before. */
  stopsAll: boolean;
  /** It has too much to do, and did not say for how long. */
  isOverload: boolean;
} | null;

/** It answered. */
export const FINE: NonNullable<CallVerdict> = {
  ...{ ok: true, reason: '', retryAfterMs: 0, stopsAll: false, isOverload: false },
};

export function asDocumentFailure(error: unknown): DocumentFailure {
  if (error instanceof DocumentFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DocumentFailure('permanent', 'internal', message, { stage: 'run', cause: error });
}

/** The failure class decides: critical puts the item back, transient tries again while tries are left, else failed. */
export function consequence(
  failure: DocumentFailure,
  task: Task,
): Pick<Outcome, 'state' | 'failure' | 'nextAttemptMs'> {
  const { failureClass, code, stage, message, context } = failure;
  const described = { failure: { failureClass, code, stage, message, context } };
  if (failureClass === 'critical') return { ...described, state: 'pending', nextAttemptMs: null };
  const made = task.item.attempts - task.item.attemptsBefore + 1;
  const nextAttemptMs =
    failureClass === 'transient' ? nextAttempt(settingsOf(task), made, failure.retryAfterMs) : null;
  if (nextAttemptMs === null) return { ...described, state: 'failed', nextAttemptMs };
  // The next provider batch is wait enough, and takes all of them along.
  if (stage === 'analyze' && asksByBatch(task)) {
    return { ...described, state: 'parked', nextAttemptMs: null };
  }
  return { ...described, state: 'retrying', nextAttemptMs };
}

/** `isShared`: all callers of the other side are held to the same limits. */
export function verdictOf(failure: DocumentFailure, isShared: boolean): NonNullable<CallVerdict> {
  const { failureClass, code, stage, message, retryAfterMs } = failure;
  return {
    ok: failureClass !== 'transient' || stage !== 'analyze',
    reason: `${code}: ${message}`,
    retryAfterMs: retryAfterMs ?? 0,
    stopsAll: isShared && code === 'rate_limited' && retryAfterMs !== undefined,
    isOverload: isShared && retryAfterMs === undefined && (code === 'rate_limited' || code === 'overloaded'),
  };
}

export function callsOf({ context }: DocumentFailure): { calls: number; callsOk: number } {
  const count = (value: unknown) => (typeof value === 'number' ? value : 0);
  return { calls: count(context.calls), callsOk: count(context.callsOk) };
}
