import type Anthropic from '@anthropic-ai/sdk';
import { createHash } from 'node:crypto';
import { AwaitsAnswers } from '../../domain/provider-batch.ts';
import type { Session } from './call.ts';
import { callClaude, countTokens, unpriced, worstTokens } from './call.ts';
import { resultFailure } from './failure.ts';
import { priceOf } from './price.ts';
import type { ClaudeDraft } from './request.ts';
import { MAX_PAGES_BYTES, isPlain, withPages } from './with-pages.ts';

/**
 * The answer of a provider batch to this very request; throws `AwaitsAnswers` when it was not asked yet, or asks online
 * when the deadline is over. So an analysis
 * that needs several answers is run again from its beginning each time, and takes the same way.
 */
export async function recallAnswer(session: Session, draft: ClaudeDraft): Promise<Anthropic.Message> {
  const { recorded, count, requestIds } = session;
  // Of the draft: its pages follow from it, and need not be made again to find what was answered.
  const key = createHash('sha256').update(JSON.stringify(draft)).digest('hex');
  const { answers, isLate } = recorded!;
  const answer = answers.get(key);
  if (answer === undefined) {
    if (isLate) return callClaude(session, draft);
    const worstNanoUsd = await worstOf(session, draft);
    if (!isPlain(draft)) session.leaveRoom ??= await session.meter.room(MAX_PAGES_BYTES);
    const request = await withPages(draft, session.render);
    throw new AwaitsAnswers([{ key, body: JSON.stringify(request), worstNanoUsd }]);
  }
  if (answer.type !== 'succeeded') {
    const failure = resultFailure(answer, { ...count, calls: count.calls + 1 });
    if (isLate && failure.failureClass === 'transient') return callClaude(session, draft);
    throw failure;
  }
  count.calls += 1;
  count.callsOk += 1;
  requestIds.push(answer.customId);
  return answer.message as unknown as Anthropic.Message;
}

/** The free count only where a budget is kept: it has a limit per minute of its own. Else a token per byte. */
async function worstOf(session: Session, draft: ClaudeDraft): Promise<number> {
  const price = priceOf(draft.model, new Date(), session.prices);
  if (price === undefined) throw unpriced(draft.model);
  const input = session.recorded!.hasBudget ? await countTokens(session, draft) : worstTokens(draft);
  const tokens = { input, output: draft.max_tokens, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
  return price.costOf(tokens, { isBatch: true });
}
