import { setTimeout } from 'node:timers/promises';
import type Anthropic from '@anthropic-ai/sdk';
import { critical, DocumentFailure } from '../../domain/failure.ts';
import type { Profile } from '../../domain/profile.ts';
import { callFailure } from './failure.ts';
import { documentRequest } from './request.ts';

const TIMEOUT_MS = 10_000;

/** A name server or a network that hiccups is back by then. */
const TRIES = 3;
const BETWEEN_TRIES_MS = 700;

/**
 * Key, model and credit by the two free calls. Throws a critical failure when no document can succeed, also when nothing
 * answers at the address; a service that answers, and is only busy for now, is the gate's business and passes.
 */
export async function checkClaude(client: Anthropic, profile: Profile, signal: AbortSignal): Promise<void> {
  const { model, effort } = profile;
  const { max_tokens: maxTokens, ...counted } = documentRequest(profile, 'ready?');
  const options = { signal, timeout: TIMEOUT_MS };
  try {
    const info = await reached(() => client.models.retrieve(model, null, options), signal);
    if (info.lifecycle === 'retired') throw unusable(`The model \`${model}\` is retired`);
    if (info.capabilities?.structured_outputs.supported === false) {
      throw unusable(`The model \`${model}\` cannot answer by a schema (structured outputs)`);
    }
    if (info.max_tokens !== null && info.max_tokens < maxTokens) {
      throw unusable(
        `Expected \`maxTokens\`, with what the model may think, to be at most ${info.max_tokens} for \`${model}\`, got ${maxTokens}`,
      );
    }
    const efforts = info.capabilities?.effort;
    if (effort !== null && efforts != null && (!efforts.supported || efforts[effort]?.supported === false)) {
      throw unusable(`The model \`${model}\` knows no \`effort: ${effort}\``);
    }
    // As documents are asked about, so that a schema or a setting that it refuses shows here.
    await client.messages.countTokens(counted, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DocumentFailure) throw error;
    const failure = callFailure(error, { calls: 0, callsOk: 0 });
    if (failure.code === 'network' || failure.code === 'analyzer_timeout') {
      throw critical('analyzer_unreachable', `Nothing answers at ${client.baseURL}: ${failure.message}`, {
        stage: 'analyze',
        context: failure.context,
        cause: error,
      });
    }
    if (failure.failureClass === 'transient') return;
    throw critical(failure.code, failure.message, {
      stage: 'analyze',
      context: failure.context,
      cause: error,
    });
  }
}

async function reached<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let nth = 1; ; nth += 1) {
    try {
      return await call();
    } catch (error) {
      const isLast = nth === TRIES || callFailure(error, { calls: 0, callsOk: 0 }).code !== 'network';
      if (isLast || signal.aborted) throw error;
      await setTimeout(BETWEEN_TRIES_MS, undefined, { signal });
    }
  }
}

function unusable(message: string): DocumentFailure {
  return critical('analyzer_misconfigured', message, { stage: 'analyze' });
}
