import type { SummarySpec } from '../../domain/aggregate.ts';
import type { CallPrice } from './price.ts';

export interface SummaryEstimate {
  /** At most; fewer when answers are shorter. */
  calls: number;
  model: string;
  inputTokens: number;
  lowNanoUsd: number;
  likelyNanoUsd: number;
  highNanoUsd: number;
}

const CHARS_PER_TOKEN = 3.4;
/** Rules, question, schema, and what was counted. */
const FIXED_TOKENS = 600;

/** What the summary of answers of about so many characters takes, at most to least by a factor that grows with the unknown. */
export function estimateSummary(
  { model, maxTokens, maxChars, maxCalls }: SummarySpec,
  price: CallPrice,
  chars: { low: number; likely: number; high: number },
): SummaryEstimate {
  const of = (wanted: number, outputTokens: number) => {
    const pieces = Math.min(Math.max(1, maxCalls), Math.max(1, Math.ceil(wanted / maxChars)));
    const calls = pieces === 1 ? 1 : pieces + 1;
    const read = Math.min(wanted, pieces * maxChars) / CHARS_PER_TOKEN;
    const input = Math.ceil((read + (calls > 1 ? pieces * outputTokens : 0)) / calls + FIXED_TOKENS);
    const tokens = { input, output: Math.ceil(outputTokens), cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 };
    return { calls, inputTokens: input * calls, nanoUsd: price.costOf(tokens) * calls };
  };
  const likely = of(chars.likely, maxTokens / 3);
  const high = of(chars.high * 1.5, maxTokens);
  return {
    calls: high.calls,
    model,
    inputTokens: likely.inputTokens,
    lowNanoUsd: of(chars.low * 0.6, 20).nanoUsd,
    likelyNanoUsd: likely.nanoUsd,
    highNanoUsd: high.nanoUsd,
  };
}

/** How long answers of so many output tokens are, as they are told to the summary. */
export function charsOfAnswers(documents: number, tokens: { low: number; likely: number; high: number }) {
  const of = (each: number): number => Math.ceil(documents * each * CHARS_PER_TOKEN);
  return { low: of(tokens.low), likely: of(tokens.likely), high: of(tokens.high) };
}
