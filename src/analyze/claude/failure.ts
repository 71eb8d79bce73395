import { DocumentFailure } from '../../domain/failure.ts';
import { describeFailureCode } from '../../domain/failure-codes.ts';
import { retryAfterMs } from '../retry-after.ts';
import { errorFacts } from './error-facts.ts';
import { errorTable } from './error-table.ts';

/** Calls of one analysis so far, for the account of the batch. */
export interface CallCount {
  calls: number;
  callsOk: number;
}

/** A call without an answer → what the scheduler does, by the error table. */
export function callFailure(error: unknown, count: CallCount): DocumentFailure {
  const facts = errorFacts(error);
  const { id, failureClass, code } = errorTable.find((candidate) => candidate.when(facts))!;
  const waitMs = retryAfterMs(facts.retryAfter ?? undefined, Date.now());
  const answered = facts.status === null ? 'gave no answer' : `answered ${facts.status}`;
  return new DocumentFailure(failureClass, code, `Claude ${answered}: ${facts.message}`, {
    stage: 'analyze',
    cause: error,
    ...(failureClass === 'transient' && waitMs !== undefined ? { retryAfterMs: waitMs } : {}),
    context: {
      ...count,
      rule: id,
      status: facts.status,
      type: facts.type,
      errorCode: facts.errorCode,
      requestId: facts.requestId,
    },
  });
}

/** An answer that cannot be used, after the second try where one makes sense. */
export function answerFailure(
  code: 'refused' | 'truncated_answer' | 'invalid_answer' | 'context_exceeded',
  detail: string,
  context: Record<string, unknown>,
): DocumentFailure {
  const message = `${describeFailureCode(code).meaning}${detail === '' ? '' : ` (${detail})`}`;
  return new DocumentFailure('permanent', code, message, { stage: 'analyze', context });
}
