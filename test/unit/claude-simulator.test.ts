import Anthropic from '@anthropic-ai/sdk';
import { expect } from 'chai';
import type { ClaudeSimulator } from '../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../support/claude-simulator/server.ts';

const model = 'claude-haiku-5-5';
const ask = (content: string) => ({ model, max_tokens: 100, messages: [{ role: 'user' as const, content }] });

describe('the simulator of Claude', () => {
  let simulator: ClaudeSimulator;
  let client: Anthropic;
  before(async () => {
    simulator = await startClaudeSimulator({ keys: ['good'] });
    client = new Anthropic({ apiKey: 'good', baseURL: simulator.url, maxRetries: 0, logLevel: 'off' });
  });
  beforeEach(() => simulator.set({ faults: [], latencyMs: 0 }));
  after(() => simulator.close());

  it('lets in both kinds of key header, and no other key', async () => {
    const withHeaders = (headers: Record<string, string>) =>
      fetch(`${simulator.url}/v1/models/${model}`, {
        headers: { 'anthropic-version': '2026-10-21', ...headers },
      });
    expect((await withHeaders({ 'x-api-key': 'good' })).status).to.equal(200);
    expect((await withHeaders({ authorization: 'Bearer good' })).status).to.equal(200);
    expect((await withHeaders({ authorization: 'Bearer bad' })).status).to.equal(401);
    expect((await withHeaders({})).status).to.equal(401);
  });

  it('refuses what the API refuses', async () => {
    const refused = async (body: object): Promise<string> => {
      const error = await client.messages
        .create(body as ReturnType<typeof ask>)
        .catch((reason: unknown) => reason);
      return `${(error as { status: number }).status} ${(error as { apiMessage: string }).apiMessage}`;
    };
    expect(await refused({ ...ask('a'), temperature: 1 })).to.match(/^400 temperature/);
    expect(await refused({ ...ask('a'), max_tokens: 0 })).to.match(/^400 max_tokens/);
    expect(await refused({ ...ask('a'), model: 'none' })).to.equal('404 model: none');
    expect(await refused({ ...ask('a'), messages: [] })).to.match(/^400 messages/);
    const format = { type: 'json_schema', schema: { type: 'object', properties: {} } };
    expect(await refused({ ...ask('a'), output_config: { format } })).to.match(/additionalProperties/);
  });

  it('bills equal requests equally, knows them again, and tells the limits', async () => {
    simulator.ledger.clear();
    const first = await client.messages.create(ask('the same'));
    const { data, response } = await client.messages.create(ask('the same')).withResponse();
    expect(data.usage).to.deep.equal(first.usage);
    expect(response.headers.get('anthropic-ratelimit-requests-limit')).to.equal('1000000');
    const counted = await client.messages.countTokens({ model, messages: ask('the same').messages });
    expect(counted.input_tokens).to.equal(first.usage.input_tokens);
    expect(simulator.ledger.totals()).to.include({ billed: 2, billedTwice: 1 });
  });

  it('limits requests by a bucket that fills, with retry-after', async () => {
    simulator.set({ limits: { requests: 60, inputTokens: 1e9, outputTokens: 1e9 } });
    const answers = await Promise.allSettled([1, 2, 3].map((n) => client.messages.create(ask(`limit ${n}`))));
    simulator.set({ limits: { requests: 1e6, inputTokens: 1e9, outputTokens: 1e9 } });
    const refused = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as unknown] : [],
    );
    expect(refused).to.have.length(2);
    const { status, headers } = refused[0] as { status: number; headers: Headers };
    expect([status, headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(headers.get('anthropic-ratelimit-requests-remaining')).to.equal('0');
  });

  it('accounts for the prompt cache: written once, read afterwards, never below its least size', async () => {
    const cached = (text: string, question: string) => ({
      ...ask(question),
      system: [{ type: 'text' as const, text, cache_control: { type: 'ephemeral' as const } }],
    });
    const long = 'many words of a prompt '.repeat(400);
    const { usage: written } = await client.messages.create(cached(long, 'one'));
    const { usage: read } = await client.messages.create(cached(long, 'two'));
    expect(written.cache_creation_input_tokens).to.be.greaterThan(1_024);
    expect(read).to.include({
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: written.cache_creation_input_tokens,
    });
    expect((await client.messages.create(cached('short', 'one'))).usage.cache_creation_input_tokens).to.equal(
      0,
    );
  });

  it('runs batches: unknown when fresh, counts at the end, results in another order, billed half', async () => {
    const slow = { durationMs: 60, unknownForMs: 20, queueCap: 100, maxRequests: 50, maxBytes: 1e6 };
    simulator.set({
      batches: slow,
      faults: [
        { fault: { kind: 'expired' }, contains: 'question 3.' },
        { fault: { kind: 'errored', type: 'overloaded_error' }, contains: 'question 4.' },
      ],
    });
    simulator.ledger.clear();
    const requests = Array.from({ length: 20 }, (_, n) => ({
      custom_id: `c${n}`,
      params: ask(`question ${n}.`),
    }));
    const created = await client.messages.batches.create({ requests });
    expect(created.request_counts).to.include({ processing: 20, succeeded: 0 });
    const fresh = await client.messages.batches.retrieve(created.id).catch((reason: unknown) => reason);
    expect((fresh as { status: number }).status).to.equal(404);
    let batch = created;
    for (const deadline = Date.now() + 5_000; batch.processing_status !== 'ended' && Date.now() < deadline;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      batch = await client.messages.batches.retrieve(created.id).catch(() => batch);
    }
    expect(batch.request_counts).to.deep.equal({
      processing: 0,
      succeeded: 18,
      errored: 1,
      canceled: 0,
      expired: 1,
    });
    const ids: string[] = [];
    for await (const { custom_id: id } of await client.messages.batches.results(created.id)) ids.push(id);
    expect(ids).to.have.members(requests.map(({ custom_id: id }) => id));
    expect(ids).to.not.deep.equal(requests.map(({ custom_id: id }) => id));
    const half = simulator.ledger.totals();
    expect(half.billed).to.equal(18);
    simulator.set({ faults: [], batches: { ...slow, unknownForMs: 0 } });
    simulator.ledger.clear();
    for (const { params } of requests.slice(5, 8)) await client.messages.create(params);
    const [online] = simulator.ledger.entries;
    const { id } = await client.messages.batches.create({ requests: requests.slice(5, 6) });
    expect((await client.messages.batches.list({ limit: 1 })).data[0]!.id).to.equal(id);
    expect((await client.messages.batches.cancel(id)).processing_status).to.equal('canceling');
    expect(online!.costNanoUsd).to.be.greaterThan(0);
  });

  it('loses the answer to a create that it has carried out', async () => {
    const before = (await client.messages.batches.list({ limit: 100 })).data.length;
    simulator.set({ faults: [{ endpoint: 'batches', fault: { kind: 'lost' }, times: 1 }] });
    const requests = [{ custom_id: 'lost', params: ask('lost?') }];
    const lost = await client.messages.batches
      .create({ requests })
      .catch((reason: unknown) => reason as Error);
    expect((lost as Error).name).to.equal('APIConnectionError');
    expect((await client.messages.batches.list({ limit: 100 })).data.length).to.equal(before + 1);
  });
});
