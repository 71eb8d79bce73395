import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerExport(register: Register): void {
  const command = new Command('export')
    .description('one row per document with its answer, streamed')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every registered document, with its newest answer')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(
    command,
    lazily(() => import('../actions/export-documents.ts'), 'exportDocuments'),
  );
}
