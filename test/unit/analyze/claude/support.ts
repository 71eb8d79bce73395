import type { Analyzer } from '../../../../src/domain/analyzer.ts';
import type { PaidCall } from '../../../../src/domain/money.ts';
import type { Profile } from '../../../../src/domain/profile.ts';
import { createClaudeAnalyzer } from '../../../../src/analyze/claude/create-claude.ts';
import type { GroundingInput } from '../../../../src/analyze/claude/ground.ts';
import { groundQuotes } from '../../../../src/analyze/claude/ground.ts';
import { documentOf, freeMeter } from '../support.ts';

export const profileOf = (changes: Partial<Profile> = {}): Profile => ({
  model: 'claude-haiku-5-5',
  maxTokens: 800,
  effort: null,
  send: 'text',
  language: 'document',
  chunking: { maxChars: 200_000, overlapChars: 1_000 },
  pictures: { maxEdgePx: 1_568, perCall: 20 },
  quotes: ['title'],
  prompt: 'Say what it is.',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['title', 'kind'],
    properties: {
      title: { type: 'string', minLength: 1 },
      kind: { type: 'string', enum: ['letter', 'other'] },
    },
  },
  checks: [],
  ...changes,
});

export function claudeAt(
  url: string,
  changes: Partial<Profile> = {},
  key = 'sk-ant-secret-key',
  name: 'claude' | 'claude-batch' = 'claude',
): Analyzer {
  const deps = {
    env: { ANTHROPIC_API_KEY: key },
    baseUrl: url,
    prices: {},
    ground: (input: GroundingInput) => Promise.resolve(groundQuotes(input)),
  };
  return createClaudeAnalyzer(profileOf(changes), deps, name);
}

/** A document with this text, and what its calls were billed. */
export function meteredDocument(markdown: string) {
  const paid: PaidCall[] = [];
  const document = documentOf({
    extraction: {
      ...documentOf().extraction,
      markdown,
      parts: [{ kind: 'page', index: 1, label: 'Page 1', start: 0, end: markdown.length }],
    },
    meter: { ...freeMeter, paid: (call) => paid.push(call) },
  });
  return { document, paid };
}
