import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { DocumentFailure } from '../src/domain/failure.ts';

/** Any error → what Temporal should do with it. Database outages that lasted too long and faults of ours halt the batch. */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { name, message } = error as Error;
  if (name === 'DatabaseUnavailable') return ApplicationFailure.nonRetryable(message, 'database_unavailable');
  return ApplicationFailure.create({ message, type: 'internal', nonRetryable: true });
}

/** Not an error to log: its retry is the next look. */
export function waiting(message: string, waitMs: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: 'waiting',
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: Math.max(1, Math.round(waitMs)),
  });
}

/** Short statements: repeated by their Temporal policy until the database is back. */
export function toRetryableFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const { message, code } = error as Error & { code?: string };
  // Trying again mends nothing; a person does, and `resume` goes on.
  if (error instanceof DocumentFailure && error.failureClass === 'critical') {
    return ApplicationFailure.nonRetryable(message, error.code);
  }
  // Wrong SQL stays wrong: a fault of ours.
  if (code?.startsWith('42') === true) return ApplicationFailure.nonRetryable(message, 'internal');
  return ApplicationFailure.retryable(message, code ?? 'internal');
}
