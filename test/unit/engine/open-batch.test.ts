import { expect } from 'chai';
import { defaultSettings } from '../../../src/domain/batch.ts';
import type { EngineOptions } from '../../../src/engine/engine.ts';
import { createEngine } from '../../../src/engine/engine.ts';

describe('a batch whose analyzer this worker cannot make', () => {
  it('says so at once, and does not blame the database', async () => {
    const engine = createEngine({
      db: { query: answer, withClient: () => Promise.reject(new Error('no connection')) },
      workerId: 'worker',
      slots: 1,
      rssBytes: () => 0,
      register: () => Promise.resolve(),
      createAnalyzer: () => {
        throw new Error('This worker knows no such analyzer');
      },
    } as unknown as EngineOptions);
    try {
      const run = engine.runChunk('batch', 1, new AbortController().signal);
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      expect((error as Error).message).to.equal('This worker knows no such analyzer');
    } finally {
      await engine.close();
    }
  });
});

function answer(sql: string) {
  const row = sql.includes('FROM recipes') ? { recipe: {} } : { settings: defaultSettings, control: 'run' };
  return Promise.resolve({ rows: [row], rowCount: 1 });
}
