import type { SummarySpec } from '../../domain/aggregate.ts';
import type { CallPrice } from './price.ts';
import { thinkingOf, withThinking } from './thinking.ts';

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
/** Of the densest answers: JSON with numbers has about 1.9. */
const LEAST_CHARS_PER_TOKEN = 1.5;
/** Rules, question, schema, and what was counted. */
const FIXED_TOKENS = 600;

/** What the summary of answers of about so many characters takes, at most to least by a factor that grows with the unknown. */
export function estimateSummary(
  { model, maxTokens, maxChars, maxCalls }: SummarySpec,
  price: CallPrice,
  chars: { low: number; likely: number; high: number },
): SummaryEstimate {
  const of = (wanted: number, outputTokens: number, { isWorst = false } = {}) => {
    const pieces = Math.min(Math.max(1, maxCalls), Math.max(1, Math.ceil(wanted / maxChars)));
    const charsPerToken = isWorst ? LEAST_CHARS_PER_TOKEN : CHARS_PER_TOKEN;
    // Each by itself: a long prompt may have a price of its own.
    const inputs = Array.from({ length: pieces }, (_, piece) => {
      const chars = Math.min(maxChars, wanted - piece * maxChars);
      return Math.ceil(chars / charsPerToken + FIXED_TOKENS);
    });
    if (pieces > 1) inputs.push(Math.ceil(pieces * outputTokens + FIXED_TOKENS));
    const output = Math.ceil(outputTokens);
    const costs = inputs.map((input) =>
      price.costOf({ input, output, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0 }, { isUsOnly: isWorst }),
    );
    return { calls: inputs.length, inputTokens: sumOf(inputs), nanoUsd: sumOf(costs) };
  };
  const likely = of(chars.likely, maxTokens / 3);
  const most = withThinking(maxTokens, thinkingOf({ model, effort: null }));
  const high = of(chars.high * 1.5, most, { isWorst: true });
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

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
