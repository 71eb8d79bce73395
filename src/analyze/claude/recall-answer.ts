import type Anthropic from '@anthropic-ai/sdk';
import { createHash } from 'node:crypto';
import { AwaitsAnswers } from '../../domain/provider-batch.ts';
import type { Session } from './call.ts';
import { callClaude, countTokens, unpriced } from './call.ts';
import { resultFailure } from './failure.ts';
import { priceOf } from './price.ts';
import type { ClaudeRequest } from './request.ts';

/**
 * The answer of a provider batch to this very request; throws `AwaitsAnswers` when it was not asked yet, or asks online
 * when the deadline is over. So an analysis
 * that needs several answers is run again from its beginning each time, and takes the same way.
 */
export async function recallAnswer(session: Session, request: ClaudeRequest): Promise<Anthropic.Message> {
  const { recorded, count, requestIds } = session;
  const body = JSON.stringify(request);
  const key = createHash('sha256').update(body).digest('hex');
  const { answers, isLate } = recorded!;
  const answer = answers.get(key);
  if (answer === undefined) {
    if (isLate) return callClaude(session, request);
    throw new AwaitsAnswers([{ key, body, worstNanoUsd: await worstOf(session, request) }]);
  }
  if (answer.type !== 'succeeded') {
    const failure = resultFailure(answer, { ...count, calls: count.calls + 1 });
    if (isLate && failure.failureClass === 'transient') return callClaude(session, request);
    throw failure;
  }
  count.calls += 1;
  count.callsOk += 1;
  requestIds.push(answer.customId);
  return answer.message as unknown as Anthropic.Message;
}

/** The free count only where a budget is kept: it has a limit per minute of its own. Else a token per byte. */
async function worstOf(session: Session, request: ClaudeRequest): Promise<number> {
  const price = priceOf(request.model, new Date(), session.prices);
  if (price === undefined) throw unpriced(request.model);
  const input = session.recorded!.hasBudget
    ? await countTokens(session, request)
    : Buffer.byteLength(JSON.stringify(request));
  const tokens = { input, output: request.max_tokens, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
  return price.costOf(tokens, { isBatch: true });
}
