import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerAdd(register: Register): void {
  const command = new Command('add')
    .description('register documents without processing them')
    .argument('[paths...]', 'files, folders, globs; - reads one path per line')
    .option('--manifest <file>', 'CSV or JSONL with the columns uri, id, priority, group, metadata')
    .option('--json', 'as JSON');
  register(
    command,
    lazily(() => import('../actions/add.ts'), 'add'),
  );
}
