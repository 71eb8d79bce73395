import { Command } from 'commander';
import { age } from '../age.ts';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerPrune(register: Register): void {
  const command = new Command('prune')
    .description('delete old texts, results and workflow histories; batches, states and failures stay')
    .requiredOption('--older-than <age>', 'of batches that ended before, e.g. 30d, 12h', age)
    .option('--dry-run', 'say what would go; delete nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON');
  register(
    command,
    lazily(() => import('../actions/prune.ts'), 'prune'),
  );
}
