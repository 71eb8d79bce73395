import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { createLogger } from '../../src/log.ts';
import { runWorker } from '../../src/worker/run-worker.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';

export async function worker(
  context: CliContext,
  flags: { slots?: number; metricsAddress?: string },
): Promise<number> {
  const config = context.config();
  const { env } = context;
  if (config.databaseUrl === undefined || (env.TEMPORAL_ADDRESS ?? config.temporal.address) === undefined) {
    throw new CliError('A worker needs its servers named', {
      why: `${config.databaseUrl === undefined ? 'DATABASE_URL' : 'TEMPORAL_ADDRESS'} is not set`,
      next: 'set TEMPORAL_ADDRESS and DATABASE_URL; on one machine `up` runs a worker by itself',
    });
  }
  await runWorker({
    config,
    env,
    log: createLogger('worker'),
    workerId: randomUUID(),
    host: hostname(),
    slots: flags.slots ?? config.worker.slots,
    ...(flags.metricsAddress === undefined ? {} : { metricsAddress: flags.metricsAddress }),
    signal: context.interrupted,
    onReady: () => context.err('The worker is ready.'),
  });
  return 0;
}
