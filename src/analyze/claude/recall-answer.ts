import type Anthropic from '@anthropic-ai/sdk';
import { createHash } from 'node:crypto';
import type { Json } from '../../domain/analyzer.ts';
import { AwaitsAnswers } from '../../domain/provider-batch.ts';
import type { Session } from './call.ts';
import { callClaude, countTokens, unpriced, worstTokens } from './call.ts';
import { resultFailure } from './failure.ts';
import { priceOf } from './price.ts';
import type { ClaudeDraft } from './request.ts';
import { MAX_PAGES_BYTES, isPlain, withPages } from './with-pages.ts';

/**
 * The answer to this very request. One that is there already is taken: of a provider batch, or of an earlier try. Else it
 * is asked online and kept, or `AwaitsAnswers` is thrown for the next provider batch. So an analysis that needs several
 * answers is run again from its beginning each time, and takes the same way.
 */
export async function recallAnswer(session: Session, draft: ClaudeDraft): Promise<Anthropic.Message> {
  const { recorded, count, requestIds } = session;
  // Of the draft: its pages follow from it, and need not be made again to find what was answered.
  const key = createHash('sha256').update(JSON.stringify(draft)).digest('hex');
  const { answers, isOnline } = recorded;
  const answer = answers.get(key);
  if (answer === undefined) {
    if (isOnline) return askOnline(session, draft, key);
    const worstNanoUsd = await worstOf(session, draft);
    if (!isPlain(draft)) session.leaveRoom ??= await session.meter.room(MAX_PAGES_BYTES);
    const request = await withPages(draft, session.render);
    throw new AwaitsAnswers([{ key, body: JSON.stringify(request), worstNanoUsd }]);
  }
  if (answer.type !== 'succeeded') {
    const failure = resultFailure(answer, { ...count, calls: count.calls + 1 });
    if (isOnline && failure.failureClass === 'transient') return askOnline(session, draft, key);
    throw failure;
  }
  if (answer.requestId === undefined) {
    count.calls += 1;
    count.callsOk += 1;
  }
  requestIds.push(answer.requestId ?? answer.customId);
  return answer.message as unknown as Anthropic.Message;
}

/** Where nothing is kept, neither before nor after. */
export function nothingRecorded({ isOnline }: { isOnline: boolean }): Session['recorded'] {
  return { answers: new Map(), hasBudget: false, isOnline, keep: () => undefined };
}

async function askOnline(session: Session, draft: ClaudeDraft, key: string): Promise<Anthropic.Message> {
  const message = await callClaude(session, draft);
  const requestId = session.requestIds.at(-1) ?? '';
  session.recorded.keep({
    key,
    answer: { type: 'succeeded', message: message as unknown as Json, requestId },
  });
  return message;
}

/** The free count only where a budget is kept: it has a limit per minute of its own. Else a token per byte. */
async function worstOf(session: Session, draft: ClaudeDraft): Promise<number> {
  const price = priceOf(draft.model, new Date(), session.prices);
  if (price === undefined) throw unpriced(draft.model);
  const input = session.recorded.hasBudget ? await countTokens(session, draft) : worstTokens(draft);
  const tokens = { input, output: draft.max_tokens, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
  // As `callClaude`: the answer may be from within the US.
  return price.costOf(tokens, { isBatch: true, isUsOnly: true });
}
