import { expect } from 'chai';
import type { Database } from '../../src/db/database.ts';
import { claimProbe, endProbe, gateChannel, readClosedGates, stopGate } from '../../src/db/gates.ts';
import { admitCalls, noteLimits, readQuotas, startRamp } from '../../src/db/limits.ts';
import { listen } from '../../src/db/listen.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { createLimiter } from '../../src/engine/limiter.ts';
import { withTestDatabase } from '../support/postgres.ts';

const worker = '00000000-0000-4000-8000-0000000000aa';

describe('the limiter that all workers share', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));
  before(async () => {
    await registerWorker(db, { id: worker, host: 'test', pid: 1, slots: 8, version: '0' }, () => true);
  });
  const limit = (perMinute: number) => ({
    limit: perMinute,
    remaining: 1,
    reset: '2026-11-25T00:00:00.000Z',
  });
  const calls = (requests: number, inputTokens = 0, outputTokens = 0) => ({
    requests,
    inputTokens,
    outputTokens,
  });

  it('knows no limit before one was seen', async () => {
    expect(await admitCalls(db, 'unseen', calls(5))).to.equal(null);
  });

  it('spreads calls over the minute, whoever asks, with half a second of them at once', async () => {
    await noteLimits(db, 'requests', { requests: limit(600), input: null, output: null });
    const waits: number[] = [];
    for (let n = 0; n < 30; n++) waits.push((await admitCalls(db, 'requests', calls(1)))!.waitMs);
    expect(waits.filter((wait) => wait === 0).length).to.be.within(4, 7);
    // The last of 30 at 9.7 a second, less the half second.
    expect(waits.at(-1)).to.be.within(2_200, 2_600);
    const group = (await admitCalls(db, 'requests', calls(10)))!;
    expect(group.gapMs).to.be.closeTo(103, 1);
  });

  it('keeps to what it learned when an answer tells no limits', async () => {
    const limits = { requests: limit(600), input: null, output: null };
    await noteLimits(db, 'kept', limits);
    const limiter = createLimiter(db, 'kept');
    const answer = { estimatedInputTokens: 0, usage: null };
    limiter.report({ ...answer, limits });
    limiter.report({ ...answer, limits: { requests: null, input: null, output: null } });
    const waits = await Promise.all(Array.from({ length: 30 }, () => limiter.place(0)));
    expect(Math.max(...waits)).to.be.greaterThan(1_000);
  });

  it('waits for tokens that were asked for, and for those of answers', async () => {
    await noteLimits(db, 'tokens', { requests: limit(1e6), input: limit(60_000), output: limit(6_000) });
    expect((await admitCalls(db, 'tokens', calls(1, 10_000)))!.waitMs).to.equal(0);
    expect((await admitCalls(db, 'tokens', calls(1)))!.waitMs).to.be.within(4_900, 5_400);
    await admitCalls(db, 'tokens', calls(1, -10_000, 2_000));
    expect((await admitCalls(db, 'tokens', calls(1)))!.waitMs).to.be.within(14_000, 15_700);
  });

  it('begins with a quarter of the rate on a ramp', async () => {
    await noteLimits(db, 'ramp', { requests: limit(600), input: null, output: null });
    await startRamp(db, 'ramp', 60_000);
    expect((await admitCalls(db, 'ramp', calls(10)))!.gapMs).to.be.within(380, 415);
  });

  it('stops for as long as the longest retry-after says, tells at once, and then lets one probe', async () => {
    const heard: string[] = [];
    const stop = listen(db, gateChannel, (provider) => heard.push(provider));
    try {
      await eventually(async () => {
        await stopGate(db, 'stopped', 'rate_limited', 400);
        return heard.includes('stopped');
      });
      await stopGate(db, 'stopped', 'rate_limited', 300);
      const [gate] = await readClosedGates(db, ['stopped']);
      expect(gate!.probeInMs).to.be.within(200, 400);
      expect(await claimProbe(db, 'stopped', worker, 1_000)).to.equal(false);
      await eventually(() => claimProbe(db, 'stopped', worker, 1_000));
      expect((await readQuotas(db)).find(({ provider }) => provider === 'stopped')!.stoppedForMs).to.equal(0);
      await endProbe(db, 'stopped', worker, true);
      expect(await readClosedGates(db, ['stopped'])).to.deep.equal([]);
    } finally {
      await stop();
    }
    const [quota] = (await readQuotas(db)).filter(({ provider }) => provider === 'requests');
    expect(quota!.limits).to.have.length(1);
    expect(quota!.limits[0]).to.include({ kind: 'requests', limit: 600, remaining: 1 });
  });
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 8_000; !(await condition());) {
    if (Date.now() > deadline) expect.fail('The condition did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
