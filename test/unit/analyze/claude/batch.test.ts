import { expect } from 'chai';
import type Anthropic from '@anthropic-ai/sdk';
import { createClaudeAnalyzer } from '../../../../src/analyze/claude/create-claude.ts';
import { resultFailure } from '../../../../src/analyze/claude/failure.ts';
import { groundQuotes } from '../../../../src/analyze/claude/ground.ts';
import type { Analysis, Json } from '../../../../src/domain/analyzer.ts';
import type { DocumentFailure } from '../../../../src/domain/failure.ts';
import type { KeptAnswer, ProviderAnswer, ProviderRequest } from '../../../../src/domain/provider-batch.ts';
import { AwaitsAnswers } from '../../../../src/domain/provider-batch.ts';
import { startClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { claudeAt, meteredDocument, profileOf } from './support.ts';

describe('the analyzer claude-batch', () => {
  const { signal } = new AbortController();
  const keep = () => undefined;
  const analyzer = createClaudeAnalyzer(
    profileOf({ quotes: [], chunking: { maxChars: 1_000, overlapChars: 10 } }),
    {
      env: { ANTHROPIC_API_KEY: 'sk-x' },
      // Nothing is called.
      baseUrl: 'http://127.0.0.1:9',
      prices: {},
      ground: (input) => Promise.resolve(groundQuotes(input)),
    },
    'claude-batch',
  );
  const answers = new Map<string, ProviderAnswer & { customId: string }>();
  beforeEach(() => answers.clear());

  async function analyze(text: string): Promise<Analysis | readonly ProviderRequest[]> {
    const { document } = meteredDocument(text);
    try {
      return await analyzer.analyze(
        { ...document, recorded: { answers, hasBudget: false, isOnline: false, keep } },
        signal,
      );
    } catch (error) {
      if (error instanceof AwaitsAnswers) return error.requests;
      throw error;
    }
  }

  const give = (requests: unknown, text: string, stop: string = 'end_turn') => {
    for (const { key } of requests as ProviderRequest[]) {
      const message = { content: [{ type: 'text', text }], stop_reason: stop, usage: { output_tokens: 9 } };
      answers.set(key, { type: 'succeeded', message: message as unknown as Json, customId: key });
    }
  };
  const good = '{"title":"A","kind":"letter"}';

  it('asks about the parts of a long document at once, then for the merging, then answers', async () => {
    const text = 'One line of a long letter.\n\n'.repeat(80);
    const parts = await analyze(text);
    expect(parts).to.have.length.above(1);
    expect(await analyze(text)).to.deep.equal(parts);
    give(parts, good);
    const merge = await analyze(text);
    expect(merge).to.have.length(1);
    give(merge, good);
    const { answer } = (await analyze(text)) as Analysis;
    expect(answer).to.deep.include({ title: 'A', kind: 'letter' });
  });

  it('tells what an answer costs at worst: all its tokens, from within the US', async () => {
    const [{ worstNanoUsd }] = (await analyze('Short.')) as [ProviderRequest];
    expect(worstNanoUsd).to.be.within(800 * 275, 800 * 275 * 1.5);
  });

  it('asks once more, with more tokens or with what was wrong, then the document fails', async () => {
    const cut = await analyze('Short.');
    give(cut, '{"ti', 'max_tokens');
    const [longer] = (await analyze('Short.')) as ProviderRequest[];
    const body = JSON.parse(longer!.body) as Anthropic.MessageCreateParams;
    expect(body.max_tokens).to.equal(1_600);
    give([longer], 'no JSON');
    await analyze('Short.').then(
      () => expect.fail('it answered'),
      (error: unknown) => expect(error).to.include({ failureClass: 'permanent', code: 'invalid_answer' }),
    );
  });

  it('asks online what no provider batch has answered when the deadline is over', async () => {
    const simulator = await startClaudeSimulator();
    try {
      const late = claudeAt(simulator.url, { quotes: [] }, 'sk-x', 'claude-batch');
      const { document, paid } = meteredDocument('Too late for a batch.');
      const recorded = { answers, hasBudget: false, isOnline: true, keep };
      const { calls } = await late.analyze({ ...document, recorded }, signal);
      expect([calls, paid.map(({ mode }) => mode)]).to.deep.equal([1, ['online']]);
    } finally {
      await simulator.close();
    }
  });

  it('keeps what was answered online, so that the next try asks only for the rest', async () => {
    const simulator = await startClaudeSimulator();
    try {
      const fault = { kind: 'status', status: 529, type: 'overloaded_error' } as const;
      simulator.set({ faults: [{ contains: 'part="3"', firstTries: 2, fault }] });
      const parts = { quotes: [], chunking: { maxChars: 1_000, overlapChars: 10 } };
      const online = claudeAt(simulator.url, parts, 'sk-x');
      const { document, paid } = meteredDocument('One line of a long letter.\n\n'.repeat(160));
      const kept = new Map<string, ProviderAnswer & { customId: string }>();
      const recorded = {
        ...{ answers: kept, hasBudget: false, isOnline: true },
        keep: ({ key, answer }: KeptAnswer) => kept.set(key, { ...answer, customId: key }),
      };
      const tried = () =>
        online
          .analyze({ ...document, recorded }, signal)
          .catch((error: unknown) => (error as DocumentFailure).code);
      expect([await tried(), await tried(), kept.size]).to.deep.equal(['overloaded', 'overloaded', 2]);
      const { answer, calls } = (await tried()) as Analysis;
      expect(calls).to.equal(paid.length - 2);
      expect(simulator.ledger.totals()).to.include({ billed: paid.length, billedTwice: 0 });
      expect((answer as { claude: { requestIds: string[] } }).claude.requestIds).to.have.length(paid.length);
    } finally {
      await simulator.close();
    }
  });

  const errors = {
    invalid_request_error: ['permanent', 'analyzer_rejected'],
    authentication_error: ['critical', 'analyzer_unauthorized'],
    billing_error: ['critical', 'credit_exhausted'],
    permission_error: ['critical', 'analyzer_unauthorized'],
    request_too_large: ['permanent', 'too_large'],
    rate_limit_error: ['transient', 'rate_limited'],
    timeout_error: ['transient', 'analyzer_unavailable'],
    api_error: ['transient', 'analyzer_unavailable'],
    overloaded_error: ['transient', 'overloaded'],
  };
  for (const [type, [failureClass, code]] of Object.entries(errors)) {
    it(`makes of ${type} in a result what the error table makes of it online`, () => {
      const error = { type: 'error', error: { type, message: 'no' }, request_id: 'req_1' };
      const failure = resultFailure({ type: 'errored', error }, { calls: 1, callsOk: 0 });
      expect(failure).to.include({ failureClass, code });
    });
  }

  it('halts for an empty credit balance in a result, and tries what expired again', () => {
    const error = {
      ...{ type: 'error', request_id: null },
      error: { type: 'invalid_request_error', message: 'Your credit balance is too low to go on' },
    };
    const count = { calls: 1, callsOk: 0 };
    expect(resultFailure({ type: 'errored', error }, count)).to.include({ failureClass: 'critical' });
    for (const type of ['expired', 'canceled'] as const) {
      expect(resultFailure({ type }, count)).to.include({ failureClass: 'transient' });
    }
  });
});
