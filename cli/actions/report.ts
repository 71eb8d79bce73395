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

export async function report(
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
