import { Command } from 'commander';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

export function registerUp(register: Register): void {
  const command = new Command('up').description(
    'start PostgreSQL, Temporal and a worker in the background, until `down`',
  );
  register(command, up);
}

async function up(context: CliContext): Promise<number> {
  const lease = await context.stack({ temporal: true, worker: true });
  await lease.hold();
  const { webUiUrl } = lease.info;
  context.out(`The stack is up${webUiUrl === null ? '' : `; Web UI: ${webUiUrl}`}`);
  context.err(`Stop it with: ${commandLine(context.env, 'down')}`);
  return 0;
}
