import { Command, Option } from 'commander';
import { answerFields, readAllDocuments, readItems } from '../../src/db/items.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { exportCsvLines, exportJsonLines } from '../../src/report/export-lines.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { writeLines } from '../output/write-lines.ts';
import type { Register } from '../program.ts';

interface Flags {
  all?: boolean;
  format: 'jsonl' | 'csv';
  output: string;
}

export function registerExport(register: Register): void {
  const command = new Command('export')
    .description('one row per document with its answer, streamed')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every registered document, with its newest answer')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(command, exportDocuments);
}

async function exportDocuments(
  context: CliContext,
  named: string | undefined,
  { all, format, output }: Flags,
): Promise<number> {
  if (all === true && named !== undefined) {
    throw new CliError('Expected a batch or `--all`, got both', { next: 'leave one of them out' });
  }
  const db = await context.database();
  const batchId = all === true ? null : (await resolveBatch(db, named)).id;
  const items = batchId === null ? readAllDocuments(db) : readItems(db, batchId, { withResults: true });
  const lines =
    format === 'jsonl' ? exportJsonLines(items) : exportCsvLines(items, await answerFields(db, batchId));
  await writeLines(context, lines, output);
  return 0;
}
