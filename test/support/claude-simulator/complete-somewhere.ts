import { complete } from './complete.ts';
import type { LedgerEntry } from './ledger.ts';
import type { BilledTokens } from './models.ts';
import { models } from './models.ts';
import type { MessagesRequest } from './request.ts';

/** `complete` where the settings say that it happens. */
export function completeSomewhere(
  request: MessagesRequest,
  entry: LedgerEntry,
  deps: Parameters<typeof complete>[2],
): Record<string, unknown> {
  const message = complete(request, entry, deps);
  const geo = deps.settings.inferenceGeo;
  if (geo !== 'us') return message;
  entry.costNanoUsd = billWithinUs(request.model, entry.tokens!, deps.isBatch);
  return { ...message, usage: { ...(message.usage as object), inference_geo: geo } };
}

/** As `billOf`, and a tenth more; rounded up once. */
function billWithinUs(modelId: string, tokens: BilledTokens, isBatch: boolean): number {
  const { input, write5m, write1h, read } = tokens;
  const rate = models[modelId]!.rate(input + write5m + write1h + read);
  const kinds = ['input', 'output', 'write5m', 'write1h', 'read'] as const;
  const pico = kinds.reduce(
    (sum, kind) => sum + BigInt(tokens[kind]) * BigInt(Math.round(rate[kind] * 1_000_000)),
    0n,
  );
  const divisor = isBatch ? 20_000n : 10_000n;
  return Number((pico * 11n + divisor - 1n) / divisor);
}
