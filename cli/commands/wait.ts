import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerWait(register: Register): void {
  const command = new Command('wait')
    .description('wait until a batch stands still; the exit code is that of process')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--json', 'print the outcome as JSON');
  register(
    command,
    lazily(() => import('../actions/wait.ts'), 'wait'),
  );
}
