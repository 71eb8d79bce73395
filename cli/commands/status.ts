import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerStatus(register: Register): void {
  const command = new Command('status')
    .description('how a batch stands, now; left out: all that run, else the last one')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--json', 'one JSON object per batch, one per line');
  register(
    command,
    lazily(() => import('../actions/status.ts'), 'status'),
  );
}
