import type Anthropic from '@anthropic-ai/sdk';
import { critical } from '../../domain/failure.ts';

export interface ClaudeClientOptions {
  env: NodeJS.ProcessEnv;
  /** As the recipe has it: a worker asks where the batch's owner meant, whatever its own environment says. */
  baseUrl: string | null;
}

export const defaultClaudeUrl = 'https://api.anthropic.com';

/** Where calls go. */
export function claudeUrl(baseUrl: string | null): string {
  return (baseUrl ?? defaultClaudeUrl).replace(/\/+$/, '');
}

/** The gate and the limits that all callers of this address share. */
export function claudeProvider(baseUrl: string | null): string {
  return `claude ${claudeUrl(baseUrl)}`;
}

export function hasClaudeKey(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.ANTHROPIC_API_KEY) || Boolean(env.ANTHROPIC_AUTH_TOKEN);
}

/**
 * Loads the SDK, which is large, only now. Throws the critical failure of a missing key; never reads the SDK's own
 * credential files.
 */
export async function createClaudeClient(options: ClaudeClientOptions): Promise<Anthropic> {
  const { env } = options;
  if (!hasClaudeKey(env)) {
    throw critical(
      'analyzer_unauthorized',
      'No key for Claude: ANTHROPIC_API_KEY is not set in this process',
      {
        stage: 'analyze',
      },
    );
  }
  const { Anthropic } = await import('@anthropic-ai/sdk').catch((cause: unknown) => {
    // Replaced under a running worker, say: no document is to blame.
    throw critical('analyzer_misconfigured', 'The SDK of Claude cannot be loaded', {
      stage: 'analyze',
      cause,
    });
  });
  return new Anthropic({
    apiKey: env.ANTHROPIC_API_KEY ?? null,
    authToken: env.ANTHROPIC_API_KEY ? null : (env.ANTHROPIC_AUTH_TOKEN ?? null),
    baseURL: claudeUrl(options.baseUrl),
    // Documents are retried by Temporal alone, which keeps count; the SDK would sleep here and pay twice.
    maxRetries: 0,
    // Its logger writes to stdout, and request bodies hold documents.
    logLevel: 'off',
    openTelemetry: false,
  });
}
