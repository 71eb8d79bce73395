import { expect } from 'chai';
import type { Database } from '../../../src/db/database.ts';
import { createLimiter } from '../../../src/engine/limiter.ts';

describe('the limiter before the first call', () => {
  const db = { query: () => Promise.resolve({ rows: [], rowCount: 0 }) } as unknown as Database;
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

  it('lets one of those who wait be the first when the first was never made', async () => {
    const limiter = createLimiter(db, 'claude');
    const placed: number[] = [];
    const place = (n: number) => void limiter.place(10).then(() => placed.push(n));
    for (const n of [1, 2, 3]) place(n);
    await settle();
    expect(placed).to.deep.equal([1]);
    const usage = { inputTokens: 0, outputTokens: 0 };
    limiter.report({ estimatedInputTokens: 10, usage, limits: null, isUnused: true });
    await settle();
    expect(placed).to.deep.equal([1, 2]);
    limiter.report({ estimatedInputTokens: 10, usage: null, limits: null });
    await settle();
    expect(placed).to.deep.equal([1, 2, 3]);
  });
});
