import { Command, InvalidArgumentError } from 'commander';
import { lazily } from '../lazily.ts';
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
  register(
    command,
    lazily(() => import('../actions/worker.ts'), 'worker'),
  );
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
