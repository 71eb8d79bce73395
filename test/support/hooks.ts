import { stopTestPostgres } from './postgres.ts';
import { stopTestTemporal } from './temporal.ts';

/** Root hooks of the whole mocha run; the shared servers are started on first use (postgres.ts, temporal.ts). */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(30_000);
    await Promise.all([stopTestPostgres(), stopTestTemporal()]);
  },
};
