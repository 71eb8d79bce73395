import type { SeenLimit, SeenLimits } from '../../domain/limits.ts';

/** The limits that the headers of an answer tell; null for an address that tells none. */
export function seenLimits(headers: Headers): SeenLimits {
  return {
    requests: read(headers, 'requests'),
    input: read(headers, 'input-tokens'),
    output: read(headers, 'output-tokens'),
  };
}

function read(headers: Headers, kind: string): SeenLimit | null {
  const header = (name: string) => headers.get(`anthropic-ratelimit-${kind}-${name}`);
  const limit = Number(header('limit') ?? Number.NaN);
  if (!Number.isInteger(limit) || limit < 1) return null;
  const remaining = Number(header('remaining') ?? Number.NaN);
  const reset = new Date(header('reset') ?? Number.NaN);
  return {
    limit,
    remaining: Number.isInteger(remaining) ? remaining : null,
    reset: Number.isNaN(reset.getTime()) ? null : reset.toISOString(),
  };
}
