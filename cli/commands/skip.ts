import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerSkip(register: Register): void {
  const command = new Command('skip')
    .description('leave documents out: of the batch that has them, and of later ones')
    .argument('[documents...]', 'id, start of an id, uri, path or file name')
    .option('--match <glob>', 'all documents whose path or uri ends so, e.g. "drafts/*.docx"')
    .option('--batch <batch>', 'only of this batch; later ones take them again')
    .option('--reason <text>', 'kept with who and when')
    .option('--undo', 'take them up again');
  register(
    command,
    lazily(() => import('../actions/skip.ts'), 'skip'),
  );
}
