import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerMonitor(register: Register): void {
  const command = new Command('monitor')
    .description('watch a batch until it stands still')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('-v, --verbose', 'one line per document as it ends')
    .option('--json', 'one JSON object per line');
  register(
    command,
    lazily(() => import('../actions/monitor.ts'), 'monitor'),
  );
}
