import type Anthropic from '@anthropic-ai/sdk';
import type { Profile } from '../../domain/profile.ts';

export interface Thinking {
  /** What the request says of it; empty where the model's own default is meant. */
  asked: { thinking?: Anthropic.ThinkingConfigParam };
  /** Tokens beside those of the answer: thinking counts toward `max_tokens`, and is billed as output. */
  maxTokens: number;
}

/** No model writes more in one answer, thinking included. */
export const MAX_OUTPUT_TOKENS = 128_000;
const NONE: Thinking = { asked: {}, maxTokens: 0 };
const HEADROOM = { low: 4_000, medium: 4_000, high: 8_000, xhigh: 16_000, max: 16_000 };

/**
 * Whether a model thinks before it answers. Without an `effort` in the profile it shall not, since what is asked here is read
 * off a document; with one, it does as it is made to. Models before 5 think only when told to, and we never tell them. Source:
 * the pages "What's new" and "Thinking" of platform.claude.com, November 2026.
 */
export function thinkingOf({ model, effort }: Pick<Profile, 'model' | 'effort'>): Thinking {
  if (!/^claude-[a-z]+-[5-9]/.test(model)) return NONE;
  if (effort !== null) return { asked: {}, maxTokens: HEADROOM[effort] };
  if (/^claude-(haiku-5-5|opus-5)(-\d{8})?$/.test(model)) {
    return { asked: { thinking: { type: 'disabled' } }, maxTokens: 0 };
  }
  if (/^claude-sonnet-5-5/.test(model))
    return { asked: { thinking: { type: 'between_tools' } }, maxTokens: 0 };
  // These cannot leave it (Opus 5.5, Fable), or we do not know.
  return { asked: {}, maxTokens: HEADROOM.medium };
}

/** The `max_tokens` of a call whose answer may take `maxTokens`. */
export function withThinking(maxTokens: number, thinking: Thinking): number {
  return Math.min(maxTokens + thinking.maxTokens, MAX_OUTPUT_TOKENS);
}
