import type Anthropic from '@anthropic-ai/sdk';
import { NotFoundError } from '@anthropic-ai/sdk/core/error';
import type { Json } from '../../domain/analyzer.ts';
import type { ProviderBatches, ProviderBatchSeen, ProviderResult } from '../../domain/provider-batch.ts';
import { UnknownOutcome } from '../../domain/provider-batch.ts';
import { onAbort } from '../on-abort.ts';
import { paidCall } from './call.ts';
import { createBody } from './create-body.ts';
import { errorFacts, mayBeBilled } from './error-facts.ts';
import { callFailure } from './failure.ts';
import type { PriceOverrides } from './price.ts';
import { priceOf } from './price.ts';

const CALL_MS = 60_000;
/** The SDK times only the headers; a stream of results that stalls would hang for ever. */
const IDLE_MS = 60_000;
const PER_PAGE = 100;

/** Else Node keeps a copy of the whole body, up to 256 MB, in case the call is redirected or asks for a password. */
const SENT_ONCE = { redirect: 'error', window: null } as const;

type Result = Anthropic.Messages.MessageBatchIndividualResponse;

/** The Message Batches API. The price is that of `model` on the day of the answer. */
export function createProviderBatches(
  open: () => Promise<Anthropic>,
  { provider, model, prices }: { provider: string; model: string; prices: PriceOverrides },
): ProviderBatches {
  return {
    provider,

    async create(requests, timeoutMs) {
      const { lengthBytes, pieces, readFailure } = createBody(requests);
      const headers = { 'content-type': 'application/json', 'content-length': String(lengthBytes) };
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const client = await open();
        // `batches.create` would want all of them as one object.
        const made = await client.post<Anthropic.Messages.MessageBatch>('/v1/messages/batches', {
          ...{ body: pieces, headers, timeout: timeoutMs, signal, fetchOptions: SENT_ONCE },
        });
        return seen(made);
      } catch (error) {
        const failure = readFailure();
        if (failure !== null) throw failure;
        if (isUnknown(error)) throw new UnknownOutcome(errorFacts(error).message, { cause: error });
        throw callFailure(error, none);
      }
    },

    async *list(since, signal) {
      try {
        const { messages } = await open();
        const page = messages.batches.list({ limit: PER_PAGE }, { signal, timeout: CALL_MS });
        for await (const batch of page) {
          const found = seen(batch);
          if (found.createdAt < since) return;
          yield found;
        }
      } catch (error) {
        signal.throwIfAborted();
        throw callFailure(error, none);
      }
    },

    async look(id, signal) {
      try {
        const { messages } = await open();
        return seen(await messages.batches.retrieve(id, undefined, { signal, timeout: CALL_MS }));
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof NotFoundError) return null;
        throw callFailure(error, none);
      }
    },

    async *results(id, signal) {
      const idle = new AbortController();
      const offAbort = onAbort(signal, () => idle.abort());
      let timer = setTimeout(() => idle.abort(), IDLE_MS);
      try {
        const { messages } = await open();
        const lines = await messages.batches.results(id, undefined, { signal: idle.signal });
        for await (const line of lines) {
          clearTimeout(timer);
          yield resultOf(line);
          timer = setTimeout(() => idle.abort(), IDLE_MS);
        }
      } catch (error) {
        signal.throwIfAborted();
        throw callFailure(error, none);
      } finally {
        clearTimeout(timer);
        offAbort();
      }
    },

    async cancel(id, signal) {
      try {
        const { messages } = await open();
        await messages.batches.cancel(id, undefined, { signal, timeout: CALL_MS });
      } catch (error) {
        signal.throwIfAborted();
        throw callFailure(error, none);
      }
    },
  };

  function resultOf({ custom_id: customId, result }: Result): ProviderResult {
    if (result.type === 'errored') {
      return { customId, answer: { type: 'errored', error: result.error as unknown as Json }, paid: null };
    }
    if (result.type !== 'succeeded') return { customId, answer: { type: result.type }, paid: null };
    const { message } = result;
    // Preflight and analysis have refused a model without a price.
    const price = priceOf(model, new Date(), prices)!;
    const paid = paidCall(message, price, { mode: 'batch', model, requestId: customId });
    return { customId, answer: { type: 'succeeded', message: message as unknown as Json }, paid };
  }
}

const none = { calls: 0, callsOk: 0 };

/** An answer of 4xx, or 529, says that nothing was made; anything else from 500 on leaves it open. */
function isUnknown(error: unknown): boolean {
  const { kind, status } = errorFacts(error);
  if (kind !== 'response') return mayBeBilled(error);
  return status !== null && (status === 408 || (status >= 500 && status !== 529));
}

function seen(batch: Anthropic.Messages.MessageBatch): ProviderBatchSeen {
  const { processing, succeeded, errored, canceled, expired } = batch.request_counts;
  return {
    id: batch.id,
    hasEnded: batch.processing_status === 'ended',
    requests: processing + succeeded + errored + canceled + expired,
    createdAt: new Date(batch.created_at),
    expiresAt: new Date(batch.expires_at),
  };
}
