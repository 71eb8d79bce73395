import type Anthropic from '@anthropic-ai/sdk';
import { expect } from 'chai';
import { createPromptCache } from '../../../../src/analyze/claude/prompt-cache.ts';

const request = { model: 'm', system: 'x'.repeat(3_000) };
const usage = { cache_creation_input_tokens: 900, cache_read_input_tokens: 0 } as Anthropic.Usage;

describe('the shared prompt in the cache of Claude', () => {
  /** The waits that calls were made to wait for, each until `atMostMs`. */
  const waits: number[] = [];
  const meter = {
    waitFor: async (event: Promise<void>, atMostMs: number) => {
      waits.push(atMostMs);
      await Promise.race([event, new Promise<void>((resolve) => setTimeout(resolve, atMostMs))]);
    },
  };
  beforeEach(() => (waits.length = 0));

  it('lets the others go when the first is answered', async () => {
    const cache = createPromptCache();
    const leave = await cache.enter(request, meter);
    const others = Promise.all([cache.enter(request, meter), cache.enter(request, meter)]);
    leave(usage);
    await others;
    await cache.enter(request, meter);
    expect(waits).to.have.length(2);
  });

  it('makes nobody wait for a first call that hangs once it has hung too long', async () => {
    const cache = createPromptCache(30);
    await cache.enter(request, meter);
    await cache.enter(request, meter);
    for (let n = 0; n < 20; n += 1) await cache.enter(request, meter);
    // A timer may end a fraction of a millisecond early.
    expect(waits.length).to.be.below(4);
  });

  it('lets all go, once, after a first call without an answer', async () => {
    const cache = createPromptCache();
    const leave = await cache.enter(request, meter);
    const other = cache.enter(request, meter);
    leave(null);
    await other;
    await cache.enter(request, meter);
    expect(waits).to.have.length(1);
  });

  it('makes no other the first when one gave up waiting', async () => {
    const cache = createPromptCache();
    const leave = await cache.enter(request, meter);
    const stopped = cache.enter(request, { waitFor: () => Promise.reject(new Error('stopped')) });
    expect(await stopped.catch((error: unknown) => (error as Error).message)).to.equal('stopped');
    leave(usage);
    await cache.enter(request, meter);
    expect(waits).to.have.length(0);
  });
});
