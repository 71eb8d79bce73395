import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { createLogger } from '../../src/log.ts';
import { runWorker } from '../../src/worker/run-worker.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import type { Register } from '../program.ts';

export function registerWorker(register: Register): void {
  const command = new Command('worker')
    .description('a production worker: needs TEMPORAL_ADDRESS and DATABASE_URL; drains on SIGTERM')
    .option('--slots <n>', 'documents in work at once, over all batches (default: 128)', slots)
    .option(
      '--metrics-address <host:port>',
      'serve metrics for Prometheus here, as in 127.0.0.1:9464',
      address,
    );
  register(command, worker);
}

async function worker(
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

function address(text: string): string {
  const port = Number(/^[\w.[\]:-]+:(\d{1,5})$/.exec(text)?.[1]);
  if (!(port > 0 && port < 65_536)) {
    throw new InvalidArgumentError(`Expected a host and a port such as 127.0.0.1:9464, got \`${text}\`.`);
  }
  return text;
}

function slots(text: string): number {
  if (!/^[1-9]\d{0,2}$|^1000$/.test(text))
    throw new InvalidArgumentError(`Expected 1 to 1000, got \`${text}\`.`);
  return Number(text);
}
