import type Anthropic from '@anthropic-ai/sdk';
import { critical, DocumentFailure } from '../../domain/failure.ts';
import type { Profile } from '../../domain/profile.ts';
import { callFailure } from './failure.ts';

const TIMEOUT_MS = 10_000;

/**
 * Key, model and credit by the two free calls. Throws a critical failure when no document can succeed; a service that is
 * only busy or away for now is the gate's business and passes.
 */
export async function checkClaude(client: Anthropic, profile: Profile, signal: AbortSignal): Promise<void> {
  const { model, maxTokens } = profile;
  const options = { signal, timeout: TIMEOUT_MS };
  try {
    const info = await client.models.retrieve(model, null, options);
    if (info.lifecycle === 'retired') throw unusable(`The model \`${model}\` is retired`);
    if (info.capabilities?.structured_outputs.supported === false) {
      throw unusable(`The model \`${model}\` cannot answer by a schema (structured outputs)`);
    }
    if (info.max_tokens !== null && info.max_tokens < maxTokens) {
      throw unusable(
        `Expected \`maxTokens\` to be at most ${info.max_tokens} for \`${model}\`, got ${maxTokens}`,
      );
    }
    await client.messages.countTokens({ model, messages: [{ role: 'user', content: 'ready?' }] }, options);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DocumentFailure) throw error;
    const failure = callFailure(error, { calls: 0, callsOk: 0 });
    if (failure.failureClass === 'transient') return;
    throw critical(failure.code, failure.message, {
      stage: 'analyze',
      context: failure.context,
      cause: error,
    });
  }
}

function unusable(message: string): DocumentFailure {
  return critical('analyzer_misconfigured', message, { stage: 'analyze' });
}
