import { Command } from 'commander';
import { keeperState, stopStack } from '../../src/dev/ask-keeper.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

export function registerDown(register: Register): void {
  const command = new Command('down').description('drain the worker, then stop the stack of this project');
  register(command, down);
}

async function down(context: CliContext): Promise<number> {
  if ((await keeperState(context.config())) !== null) {
    context.err('… stopping; documents in work are finished first (at most 30 s)');
  }
  const wasUp = await stopStack(context.config());
  context.out(wasUp ? 'The stack is down' : 'Nothing was running');
  return 0;
}
