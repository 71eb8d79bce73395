import { Command, Option } from 'commander';
import { readEvents } from '../../src/db/batch-events.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { errorPatterns } from '../../src/db/error-patterns.ts';
import { readItems } from '../../src/db/items.ts';
import { readAggregate } from '../../src/db/read-aggregate.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { reportLines } from '../../src/report/report-lines.ts';
import type { ReportFormat } from '../../src/report/report-lines.ts';
import type { CliContext } from '../context.ts';
import { writeLines } from '../output/write-lines.ts';
import type { Register } from '../program.ts';

export function registerReport(register: Register): void {
  const command = new Command('report')
    .description('every document once, totals, error patterns, and the five targets')
    .argument('[batch]', 'id, start of an id, name, or last')
    .addOption(
      new Option('--format <format>', 'Markdown, JSON (docs/report.schema.json), or CSV')
        .choices(['md', 'json', 'csv'])
        .default('md'),
    )
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(command, report);
}

async function report(
  context: CliContext,
  named: string | undefined,
  { format, output }: { format: ReportFormat; output: string },
): Promise<number> {
  const db = await context.database();
  const { id } = await resolveBatch(db, named);
  const input = {
    snapshot: await batchSnapshot(db, id),
    events: await readEvents(db, id),
    patterns: await errorPatterns(db, id),
    items: readItems(db, id, { withResults: false }),
    aggregate: format === 'csv' ? null : await readAggregate(db, id),
    createdAt: new Date(),
  };
  await writeLines(context, reportLines(input, format), output);
  return 0;
}
