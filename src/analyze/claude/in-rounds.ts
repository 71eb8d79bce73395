import type { ProviderRequest } from '../../domain/provider-batch.ts';
import { AwaitsAnswers } from '../../domain/provider-batch.ts';

/** Of one document at once: a scan of a thousand pages has 400 MB. */
const ROUND_BYTES = 16_000_000;

/**
 * All that is to be asked is asked in one provider batch, since each round of them may take hours; what a worker cannot
 * hold is left to the next round, which finds the answers to this one. A failure is told before anything more is paid.
 */
export async function inRounds<T, R>(
  values: readonly T[],
  work: (value: T, index: number) => Promise<R>,
  maxBytes = ROUND_BYTES,
): Promise<R[]> {
  const done: R[] = [];
  const requests: ProviderRequest[] = [];
  let sizeBytes = 0;
  for (const [index, value] of values.entries()) {
    if (sizeBytes >= maxBytes) break;
    try {
      done.push(await work(value, index));
    } catch (error) {
      if (!(error instanceof AwaitsAnswers)) throw error;
      requests.push(...error.requests);
      sizeBytes += error.requests.reduce((sum, { body }) => sum + body.length, 0);
    }
  }
  if (requests.length > 0) throw new AwaitsAnswers(requests);
  return done;
}
