import { expect } from 'chai';
import type { GroundedQuote } from '../../../../src/analyze/claude/ground.ts';
import type { ClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { failureOf, never } from '../support.ts';
import { claudeAt, meteredDocument } from './support.ts';

describe('the analyzer claude', () => {
  let simulator: ClaudeSimulator;
  before(async () => (simulator = await startClaudeSimulator({ keys: ['sk-ant-secret-key'] })));
  beforeEach(() => {
    simulator.set({ faults: [], fabricateQuotes: 0 });
    simulator.ledger.clear();
  });
  after(() => simulator.close());

  it('answers by the schema, with quotes found on their pages, and what it was billed', async () => {
    const { document, paid } = meteredDocument('Dear Ms Brown,\n\nthe **press** is broken   again.');
    const { answer, calls, callsOk } = await claudeAt(simulator.url).analyze(document, never);
    const { title, kind, grounding, claude } = answer as Record<string, unknown>;
    expect(title).to.be.a('string');
    expect(kind).to.be.oneOf(['letter', 'other']);
    expect((grounding as GroundedQuote[])[0]).to.include({ field: 'title', status: 'found', page: 1 });
    expect(claude).to.deep.include({ model: 'claude-haiku-5-5', parts: 1 });
    expect([calls, callsOk, paid.length]).to.deep.equal([1, 1, 1]);
    expect(paid[0]!.costNanoUsd).to.equal(simulator.ledger.totals().costNanoUsd);
    expect(paid[0]!.requestId).to.equal(simulator.ledger.entries[0]!.requestId);
  });

  it('marks a quote that nobody wrote', async () => {
    simulator.set({ fabricateQuotes: 1 });
    const { document } = meteredDocument('Something quite different.');
    const { answer } = await claudeAt(simulator.url).analyze(document, never);
    const [quote] = (answer as unknown as { grounding: GroundedQuote[] }).grounding;
    expect(quote).to.include({ status: 'ungrounded', page: null });
  });

  it('makes no call about a document without text', async () => {
    const failure = await failureOf(claudeAt(simulator.url).analyze(meteredDocument(' \n').document, never));
    expect([failure.failureClass, failure.code]).to.deep.equal(['permanent', 'empty']);
    expect(simulator.ledger.totals().requests).to.equal(0);
  });

  const bad = [
    { kind: 'invalid_json', code: 'invalid_answer' },
    { kind: 'wrong_schema', code: 'invalid_answer' },
    { kind: 'max_tokens', code: 'truncated_answer' },
  ] as const;
  for (const { kind, code } of bad) {
    it(`asks once more after ${kind}, then fails as ${code}; both are billed`, async () => {
      simulator.set({ faults: [{ fault: { kind }, times: 1 }] });
      const once = meteredDocument(`Once ${kind}.`);
      const { calls, callsOk } = await claudeAt(simulator.url).analyze(once.document, never);
      expect([calls, callsOk, once.paid.length]).to.deep.equal([2, 2, 2]);
      simulator.set({ faults: [{ fault: { kind } }] });
      const twice = meteredDocument(`Twice ${kind}.`);
      const failure = await failureOf(claudeAt(simulator.url).analyze(twice.document, never));
      expect([failure.failureClass, failure.code, twice.paid.length]).to.deep.equal(['permanent', code, 2]);
      expect(failure.context.requestId).to.match(/^req_/);
      const billed = [...once.paid, ...twice.paid].reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
      expect(billed).to.equal(simulator.ledger.totals().costNanoUsd);
    });
  }

  for (const [kind, code] of [
    ['refusal', 'refused'],
    ['context_window', 'context_exceeded'],
  ] as const) {
    it(`fails a document at once by ${kind}, billed`, async () => {
      simulator.set({ faults: [{ fault: { kind } }] });
      const { document, paid } = meteredDocument(`A ${kind}.`);
      const failure = await failureOf(claudeAt(simulator.url).analyze(document, never));
      expect([failure.failureClass, failure.code, paid.length]).to.deep.equal(['permanent', code, 1]);
    });
  }

  it('reads a long document in parts, merges the answers, and grounds every quote in the whole', async () => {
    const text = Array.from(
      { length: 120 },
      (_, n) => `Line ${n} of a long letter about presses and paper.`,
    ).join('\n');
    const { document, paid } = meteredDocument(text);
    const chunking = { maxChars: 2_000, overlapChars: 100 };
    const { answer } = await claudeAt(simulator.url, { chunking }).analyze(document, never);
    const { grounding, claude } = answer as unknown as {
      grounding: GroundedQuote[];
      claude: { parts: number };
    };
    expect(claude.parts).to.be.greaterThan(2);
    expect(grounding.map(({ status }) => status)).to.deep.equal(Array(claude.parts).fill('found'));
    expect(paid.length).to.equal(claude.parts + 1);
  });

  it('sends a long prompt once before the others, and reads it from the cache from then on', async () => {
    const analyzer = claudeAt(simulator.url, { prompt: 'Say what it is, by these rules. '.repeat(300) });
    const documents = Array.from({ length: 8 }, (_, n) => meteredDocument(`Letter ${n} about presses.`));
    simulator.set({ latencyMs: 50 });
    await Promise.all(documents.map(({ document }) => analyzer.analyze(document, never)));
    simulator.set({ latencyMs: 0 });
    const calls = documents.flatMap(({ paid }) => paid);
    const writes = calls.filter(({ cacheWriteTokens }) => cacheWriteTokens > 0);
    const reads = calls.filter(({ cacheReadTokens }) => cacheReadTokens > 0);
    expect([writes.length, reads.length]).to.deep.equal([1, 7]);
    const cost = calls.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    expect(cost).to.equal(simulator.ledger.totals().costNanoUsd);
  });

  it('lets everybody go when the first call about a long prompt fails', async () => {
    simulator.set({
      faults: [{ fault: { kind: 'status', status: 529, type: 'overloaded_error' }, times: 1 }],
    });
    const analyzer = claudeAt(simulator.url, { prompt: 'Say what it is, by other rules. '.repeat(300) });
    const asked = await Promise.allSettled(
      [1, 2, 3].map((n) => analyzer.analyze(meteredDocument(`Note ${n}.`).document, never)),
    );
    expect(asked.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('asks the meter before every call, and makes none when it says no', async () => {
    const { document } = meteredDocument('Too dear.');
    const asked: number[] = [];
    const meter = {
      ...document.meter,
      reserve: async (worst: () => Promise<number>) => {
        asked.push(await worst());
        throw new Error('no money');
      },
    };
    const error = await claudeAt(simulator.url)
      .analyze({ ...document, meter }, never)
      .catch((reason: unknown) => reason as Error);
    expect((error as Error).message).to.equal('no money');
    // 800 output tokens at 550 nano-USD (within the US) are the larger part of the worst case.
    expect(asked[0]).to.be.within(440_000, 550_000);
    expect(simulator.ledger.totals().billed).to.equal(0);
  });

  it('reserves enough for an answer from within the US, which is billed a tenth more', async () => {
    simulator.set({ inferenceGeo: 'us', faults: [{ fault: { kind: 'max_tokens' }, times: 1 }] });
    const { document, paid } = meteredDocument('A note, cut off at first.');
    const reserved: number[] = [];
    const reserve = async (worst: () => Promise<number>) => void reserved.push(await worst());
    await claudeAt(simulator.url).analyze({ ...document, meter: { ...document.meter, reserve } }, never);
    simulator.set({ inferenceGeo: null });
    const costs = paid.map(({ costNanoUsd }) => costNanoUsd);
    expect(costs[0]).to.be.within(440_000, reserved[0]!);
    expect(costs.reduce((sum, cost) => sum + cost)).to.equal(simulator.ledger.totals().costNanoUsd);
  });

  it('finds a wrong key, an unknown model and an empty account before any document, for free', async () => {
    const preflight = (analyzer = claudeAt(simulator.url)) => analyzer.preflight(never);
    await preflight();
    const key = await failureOf(preflight(claudeAt(simulator.url, {}, 'sk-ant-wrong-key')));
    expect([key.failureClass, key.code]).to.deep.equal(['critical', 'analyzer_unauthorized']);
    const model = await failureOf(preflight(claudeAt(simulator.url, { model: 'claude-none' })));
    expect([model.failureClass, model.code]).to.deep.equal(['critical', 'model_not_found']);
    const away = await failureOf(preflight(claudeAt('http://127.0.0.1:1')));
    expect([away.failureClass, away.code]).to.deep.equal(['critical', 'analyzer_unreachable']);
    expect(away.message).to.include('http://127.0.0.1:1');
    const tokens = await failureOf(
      preflight(claudeAt(simulator.url, { model: 'claude-haiku-4-5', maxTokens: 100_000 })),
    );
    expect(tokens.message).to.include('`maxTokens`').and.to.include('64000');
    const message = 'Your credit balance is too low to access the Anthropic API.';
    const fault = { kind: 'status', status: 400, type: 'invalid_request_error', message } as const;
    simulator.set({ faults: [{ endpoint: 'count_tokens', fault }] });
    expect((await failureOf(preflight())).code).to.equal('credit_exhausted');
    expect(simulator.ledger.totals().billed).to.equal(0);
  });
});
