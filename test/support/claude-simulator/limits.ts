import { ApiFault } from './respond.ts';
import type { SimulatorSettings } from './settings.ts';

type Kind = keyof SimulatorSettings['limits'];
const headerNames: Record<Kind, string> = {
  requests: 'requests',
  inputTokens: 'input-tokens',
  outputTokens: 'output-tokens',
};
const kinds = Object.keys(headerNames) as Kind[];

export interface Limiter {
  /** Takes a request and its input tokens, or throws the 429. Output is only checked: nobody knows it yet. */
  admit(inputTokens: number): void;
  spendOutput(tokens: number): void;
  headers(): Record<string, string>;
}

/** Token buckets that fill steadily; 60 a minute is one a second. */
export function createLimiter(limits: () => SimulatorSettings['limits']): Limiter {
  const used: Record<Kind, number> = { requests: 0, inputTokens: 0, outputTokens: 0 };
  let lastAtMs = Date.now();
  let lastLimits = limits();

  const refill = (): void => {
    const nowMs = Date.now();
    // New limits begin with full buckets.
    if (limits() !== lastLimits) for (const kind of kinds) used[kind] = 0;
    lastLimits = limits();
    for (const kind of kinds) {
      used[kind] = Math.max(0, used[kind] - (limits()[kind] * (nowMs - lastAtMs)) / 60_000);
    }
    lastAtMs = nowMs;
  };
  /** What fits at once: a second's worth of requests, a minute's worth of tokens. */
  const capacity = (kind: Kind): number =>
    kind === 'requests' ? Math.max(1, limits().requests / 60) : limits()[kind];
  const waitMs = (kind: Kind, needed: number): number => {
    const missing = used[kind] + needed - capacity(kind);
    return missing <= 0 ? 0 : (missing / limits()[kind]) * 60_000;
  };

  const headers = (): Record<string, string> =>
    Object.fromEntries(
      kinds.flatMap((kind) => {
        const prefix = `anthropic-ratelimit-${headerNames[kind]}`;
        const full = new Date(Date.now() + (used[kind] / limits()[kind]) * 60_000);
        return [
          [`${prefix}-limit`, String(limits()[kind])],
          [`${prefix}-remaining`, String(Math.max(0, Math.floor(capacity(kind) - used[kind])))],
          [`${prefix}-reset`, full.toISOString()],
        ];
      }),
    );

  return {
    admit: (inputTokens) => {
      refill();
      const waits = [waitMs('requests', 1), waitMs('inputTokens', inputTokens), waitMs('outputTokens', 1)];
      const longest = Math.max(...waits);
      if (longest > 0) {
        const which = headerNames[kinds[waits.indexOf(longest)]!];
        throw new ApiFault(
          429,
          'rate_limit_error',
          `This request would exceed the ${which} per minute limit`,
          {
            headers: { ...headers(), 'retry-after': String(Math.ceil(longest / 1_000)) },
          },
        );
      }
      used.requests += 1;
      used.inputTokens += inputTokens;
    },
    spendOutput: (tokens) => {
      refill();
      used.outputTokens += tokens;
    },
    headers: () => {
      refill();
      return headers();
    },
  };
}
