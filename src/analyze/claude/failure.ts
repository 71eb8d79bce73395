import { DocumentFailure } from '../../domain/failure.ts';
import { describeFailureCode } from '../../domain/failure-codes.ts';
import type { ProviderAnswer } from '../../domain/provider-batch.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { ErrorFacts } from './error-facts.ts';
import { errorFacts, resultFacts } from './error-facts.ts';
import { errorTable } from './error-table.ts';

/** Calls of one analysis so far, for the account of the batch. */
export interface CallCount {
  calls: number;
  callsOk: number;
}

/** A call without an answer → what the scheduler does, by the error table. */
export function callFailure(error: unknown, count: CallCount): DocumentFailure {
  return failureOf(errorFacts(error), count, error);
}

/** The same for a request of a provider batch that did not succeed; such requests are not billed. */
export function resultFailure(
  answer: Exclude<ProviderAnswer, { type: 'succeeded' }>,
  count: CallCount,
): DocumentFailure {
  if (answer.type === 'errored') return failureOf(resultFacts(answer.error), count);
  const code = answer.type === 'expired' ? 'batch_expired' : 'batch_canceled';
  return new DocumentFailure('transient', code, describeFailureCode(code).meaning, {
    stage: 'analyze',
    context: { ...count },
  });
}

function failureOf(facts: ErrorFacts, count: CallCount, cause?: unknown): DocumentFailure {
  const { id, failureClass, code } = errorTable.find((candidate) => candidate.when(facts))!;
  const waitMs = retryAfterMs(facts.retryAfter ?? undefined, Date.now());
  const answered = facts.status === null ? 'gave no answer' : `answered ${facts.status}`;
  return new DocumentFailure(failureClass, code, `Claude ${answered}: ${facts.message}`, {
    stage: 'analyze',
    cause,
    ...(failureClass === 'transient' && waitMs !== undefined ? { retryAfterMs: waitMs } : {}),
    context: {
      ...count,
      rule: id,
      status: facts.status,
      type: facts.type,
      errorCode: facts.errorCode,
      ...(facts.maxSidePx === null ? {} : { maxSidePx: facts.maxSidePx }),
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
