import { expect } from 'chai';
import { closeGate, gateChannel } from '../../src/db/gates.ts';
import { listen } from '../../src/db/listen.ts';
import { until } from '../../src/dev/until.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

describe('listening', () => {
  let test: TestDatabase;
  before(async () => {
    test = await testDatabase();
  });
  after(() => test.drop());

  it('hears when a gate closes, also after its connection was lost, until it is stopped', async () => {
    const heard: string[] = [];
    const { db } = test;
    const stop = listen(db, gateChannel, (provider) => heard.push(provider));
    const hears = (provider: string) =>
      until(
        async () => {
          await db.query('DELETE FROM provider_gate');
          await closeGate(db, provider, 'down');
          return heard.includes(provider);
        },
        { everyMs: 50, timeoutMs: 5_000, what: 'nothing was heard' },
      );
    await hears('a');
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
    );
    await hears('b');
    await stop();
    expect(heard).to.include.members(['a', 'b']);
  });
});
