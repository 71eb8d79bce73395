import type Anthropic from '@anthropic-ai/sdk';
import type { Extraction } from '../../domain/extraction.ts';
import type { Profile } from '../../domain/profile.ts';
import type { CallPrice } from './price.ts';
import type { ClaudeRequest } from './request.ts';
import { documentRequest } from './request.ts';
import { splitText } from './split-text.ts';

/** Input tokens and nano-USD that documents will take; the true figure lies between low and high. */
export interface Estimate {
  inputTokens: number;
  lowNanoUsd: number;
  likelyNanoUsd: number;
  highNanoUsd: number;
}

export interface OutputGuess {
  low: number;
  likely: number;
  high: number;
}

export interface Estimator {
  /** Looks at one document; the text is let go again. */
  add(extraction: Pick<Extraction, 'markdown' | 'parts'>): number;
  /** Counts some requests by the free call, and gives the estimate of each document in the order of `add`. */
  finish(): Promise<Estimate[]>;
}

/** Requests that are counted; the largest, since they hold most of the tokens. */
const COUNTED = 40;
const COUNTS_AT_ONCE = 5;
/** Only without a key: characters per token. */
const ROUGH_CHARS_PER_TOKEN = 3.4;

interface Call {
  document: number;
  chars: number;
  tokens: number | null;
}

export function createEstimator(
  profile: Profile,
  deps: {
    client: Anthropic | null;
    price: CallPrice;
    isBatch: boolean;
    output: OutputGuess;
    signal: AbortSignal;
  },
): Estimator {
  const calls: Call[] = [];
  const merges: number[] = [];
  let largest: { call: Call; request: ClaudeRequest }[] = [];
  let documents = 0;

  /** Null when the free call fails, too: then the estimate is rougher. */
  const count = async (request: ClaudeRequest): Promise<number | null> => {
    if (deps.client === null) return null;
    const { max_tokens: _maxTokens, ...counted } = request;
    try {
      const options = { signal: deps.signal, timeout: 30_000 };
      return (await deps.client.messages.countTokens(counted, options)).input_tokens;
    } catch {
      deps.signal.throwIfAborted();
      return null;
    }
  };

  return {
    add: ({ markdown, parts }) => {
      // Without text no call is made.
      const pieces = markdown.trim() === '' ? [] : splitText({ markdown, parts }, profile.chunking);
      for (const [index, text] of pieces.entries()) {
        const part = pieces.length === 1 ? undefined : { no: index + 1, of: pieces.length };
        const call: Call = { document: documents, chars: text.length, tokens: null };
        calls.push(call);
        largest.push({ call, request: documentRequest(profile, text, part) });
      }
      merges.push(pieces.length > 1 ? pieces.length : 0);
      largest = largest.sort((a, b) => b.call.chars - a.call.chars).slice(0, COUNTED);
      return documents++;
    },
    finish: async () => {
      const empty = documentRequest(profile, '');
      const fixed = (await count(empty)) ?? JSON.stringify(empty).length / ROUGH_CHARS_PER_TOKEN;
      const waiting = [...largest];
      const lanes = Array.from({ length: COUNTS_AT_ONCE }, async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          next.call.tokens = await count(next.request);
        }
      });
      await Promise.all(lanes);
      const counted = calls.filter((call) => call.tokens !== null && call.chars > 0);
      const chars = counted.reduce((sum, call) => sum + call.chars, 0);
      const tokens = counted.reduce((sum, call) => sum + Math.max(0, call.tokens! - fixed), 0);
      const perChar = chars > 0 ? tokens / chars : 1 / ROUGH_CHARS_PER_TOKEN;
      const uncertainty = chars > 0 ? 0.1 : 0.4;
      const estimates = Array.from({ length: documents }, nothing);
      for (const { document, chars, tokens } of calls) {
        const input = Math.ceil(tokens ?? fixed + chars * perChar);
        addCall(estimates[document]!, input, tokens === null ? uncertainty : 0.02);
      }
      for (const [document, parts] of merges.entries()) {
        if (parts > 0) addCall(estimates[document]!, Math.ceil(fixed + parts * deps.output.likely), 0.5);
      }
      return estimates;
    },
  };

  function addCall(estimate: Estimate, input: number, uncertainty: number): void {
    const cost = (inputTokens: number, output: number) =>
      deps.price.costOf(
        {
          input: Math.ceil(inputTokens),
          output: Math.ceil(output),
          cacheWrite5m: 0,
          cacheWrite1h: 0,
          cacheRead: 0,
        },
        { isBatch: deps.isBatch },
      );
    estimate.inputTokens += input;
    estimate.lowNanoUsd += cost(input * (1 - uncertainty), deps.output.low);
    estimate.likelyNanoUsd += cost(input, deps.output.likely);
    estimate.highNanoUsd += cost(input * (1 + uncertainty), deps.output.high);
  }
}

export function nothing(): Estimate {
  return { inputTokens: 0, lowNanoUsd: 0, likelyNanoUsd: 0, highNanoUsd: 0 };
}

/** What an answer may be long: as was seen, else between a few tokens and all that are allowed. */
export function guessOutput({ maxTokens }: Profile, seen: OutputGuess | null): OutputGuess {
  if (seen === null) return { low: Math.min(20, maxTokens), likely: maxTokens / 4, high: maxTokens };
  return { low: Math.min(20, seen.low), likely: seen.likely, high: maxTokens };
}
