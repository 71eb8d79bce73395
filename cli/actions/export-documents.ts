import { answerFields, readAllDocuments, readItems } from '../../src/db/items.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { exportCsvLines, exportJsonLines } from '../../src/report/export-lines.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { writeLines } from '../output/write-lines.ts';

interface Flags {
  all?: boolean;
  format: 'jsonl' | 'csv';
  output: string;
}

export async function exportDocuments(
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
