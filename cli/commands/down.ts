import { Command } from 'commander';
import { batchesAtProvider } from '../../src/db/provider-status.ts';
import { keeperState, stopStack } from '../../src/dev/ask-keeper.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';
import { warnOfBilled } from '../still-billed.ts';

const PATIENCE_MS = 5_000;

export function registerDown(register: Register): void {
  const command = new Command('down').description('drain the worker, then stop the stack of this project');
  register(command, down);
}

async function down(context: CliContext): Promise<number> {
  if ((await keeperState(context.config())) !== null) {
    await warnOfAllBilled(context);
    context.err('… stopping; documents in work are finished first (at most 30 s)');
  }
  const wasUp = await stopStack(context.config());
  context.out(wasUp ? 'The stack is down' : 'Nothing was running');
  return 0;
}

/** The provider goes on without us; a database that is out does not keep a stack from going down. */
async function warnOfAllBilled(context: CliContext): Promise<void> {
  try {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error('the database does not answer')), PATIENCE_MS).unref();
    });
    const db = await Promise.race([context.database(), late]);
    for (const batchId of await batchesAtProvider(db)) await warnOfBilled(context, db, batchId);
  } catch (error) {
    context.err(`What is at the provider cannot be told: ${(error as Error).message}`);
  }
}
