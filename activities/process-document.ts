import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { RETRY_HEAD_START_MS } from '../src/domain/retry.ts';
import type { Engine } from '../src/engine/engine.ts';
import { toApplicationFailure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { DocumentOutcome, DocumentRef } from './types.ts';

/** One more try of a document that failed transiently. Temporal repeats it after the wait that this try asks for. */
export async function processDocument(
  engine: Engine,
  { batchId, documentId }: DocumentRef,
): Promise<DocumentOutcome> {
  const { cancellationSignal } = Context.current();
  try {
    const result = await withHeartbeat(() => engine.runRetry(batchId, documentId, cancellationSignal));
    if (result === null) return { state: 'gone' };
    const { outcome, stop, waitMs } = result;
    if (outcome?.state === 'review') return { state: 'completed' };
    if (outcome?.state === 'completed' || outcome?.state === 'failed' || outcome?.state === 'parked') {
      return { state: outcome.state };
    }
    if (outcome?.state === 'retrying' && cancellationSignal.aborted) return { state: 'stopped' };
    if (outcome?.state === 'retrying') {
      throw later(
        `${outcome.failure?.code}: ${outcome.failure?.message}`,
        outcome.failure?.code,
        (outcome.nextAttemptMs ?? 0) - RETRY_HEAD_START_MS,
      );
    }
    if (stop === 'draining') throw later('The worker is shutting down', 'draining', 100);
    if (stop === 'gate') throw later('The gate of the analyzer is closed', 'gate', Math.max(waitMs, 1_000));
    if (cancellationSignal.aborted) throw new CancelledFailure('Handed back');
    return { state: 'stopped' };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}

function later(message: string, type: string | undefined, nextRetryDelay: number): ApplicationFailure {
  return ApplicationFailure.create({
    message,
    type: type ?? 'transient',
    nextRetryDelay: Math.max(nextRetryDelay, 1),
  });
}
