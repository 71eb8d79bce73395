import type { BatchSnapshot } from '../src/db/batch-snapshot.ts';
import type { Database } from '../src/db/database.ts';
import { readAggregate } from '../src/db/read-aggregate.ts';
import { describeCoverage, describeGap } from '../src/domain/aggregate.ts';
import { shortId } from '../src/domain/ids.ts';
import { describeSummary, sumsOf } from '../src/report/aggregate-lines.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';
import { onOneLine } from './output/printable.ts';

const SHOWN = 10;

/** The one result of a batch, in a few lines; nothing where none was asked for. */
export async function showAggregate(
  context: CliContext,
  db: Database,
  { id }: Pick<BatchSnapshot, 'id'>,
): Promise<void> {
  const aggregate = await readAggregate(db, id);
  if (aggregate === null) return;
  const { spec, coverage, sums, gaps, summary } = aggregate;
  const line = (documents: number, all: typeof sums): string =>
    [
      ...(spec.count ? [documents === 1 ? '1 document' : `${documents} documents`] : []),
      ...sumsOf(spec, all).map((text, index) => `${spec.sum[index]!} ${text === '' ? '-' : text}`),
    ].join(' · ');
  context.out(`\nAggregate ${describeCoverage(coverage)}`);
  let count = 0;
  for await (const { key, documents, sums: own } of aggregate.groups()) {
    count += 1;
    const name = key.map((value) => value ?? '(none)').join(', ');
    if (count <= SHOWN) context.out(`  ${onOneLine(name)}: ${line(documents, own)}`);
  }
  if (count > SHOWN) {
    context.out(
      `  … and ${count - SHOWN} more groups: ${commandLine(context.env, `aggregate ${shortId(id)}`)}`,
    );
  }
  context.out(`  all: ${line(coverage.documents, sums)}`);
  for (const gap of gaps) context.out(`  ${onOneLine(describeGap(gap))}`);
  if (summary === null) return;
  context.out(onOneLine(`Summary: ${describeSummary(summary)}`));
  if (summary.text !== null) context.out(summary.text.replace(/^/gm, '  '));
  if (summary.state === 'failed') {
    const more = summary.failure?.code === 'budget' ? ' --budget <USD>' : '';
    context.out(`${'Once more:'.padEnd(16)}${commandLine(context.env, `aggregate ${shortId(id)}${more}`)}`);
  }
}
