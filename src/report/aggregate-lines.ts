import type { Aggregate } from '../db/read-aggregate.ts';
import type { AggregateSpec, Group, Sum, Summary } from '../domain/aggregate.ts';
import { describeCoverage, describeGap, describeSum } from '../domain/aggregate.ts';
import { formatUsd } from '../domain/money.ts';
import { csvLine } from './csv-cell.ts';
import { markdownCell } from './markdown-cell.ts';

/** One JSON object in pieces; a piece may be a line. */
export async function* aggregateJson(aggregate: Aggregate): AsyncIterable<string> {
  const { spec, coverage, sums, gaps, summary } = aggregate;
  const { summary: _summary, ...wanted } = spec;
  yield `${JSON.stringify({ ...wanted, over: coverage, sums, gaps, summary }).slice(0, -1)},"groups":[`;
  let separator = '';
  for await (const group of aggregate.groups()) {
    yield separator + JSON.stringify(groupOf(spec, group));
    separator = ',';
  }
  yield ']}';
}

export async function* aggregateMarkdown(aggregate: Aggregate): AsyncIterable<string> {
  const { spec, coverage, sums, gaps, summary } = aggregate;
  const columns = [...spec.groupBy, ...(spec.count ? ['documents'] : []), ...spec.sum];
  yield describeCoverage(coverage);
  if (columns.length > 0) {
    yield `\n| ${columns.map(markdownCell).join(' | ')} |\n|${'---|'.repeat(columns.length)}`;
    const row = (key: readonly (string | null)[], documents: number, all: readonly Sum[]): string => {
      const cells = [...key, ...(spec.count ? [String(documents)] : []), ...sumsOf(spec, all)];
      return `| ${cells.map((cell) => markdownCell(cell ?? '(none)')).join(' | ')} |`;
    };
    for await (const { key, documents, sums: own } of aggregate.groups()) yield row(key, documents, own);
    yield row(
      spec.groupBy.map((_, index) => (index === 0 ? 'all' : '')),
      coverage.documents,
      sums,
    );
  }
  if (gaps.length > 0) yield '';
  for (const gap of gaps) yield `- ${markdownCell(describeGap(gap))}`;
  if (summary === null) return;
  yield `\n### Summary\n`;
  yield markdownCell(describeSummary(summary));
  if (summary.text === null) return;
  // Written by a model that has read what strangers wrote: never markup.
  yield '';
  for (const line of summary.text.split('\n')) yield `> ${markdownCell(line)}`;
}

/** A line for each group, field and currency; the lines without a group are over all. */
export async function* aggregateCsv(aggregate: Aggregate): AsyncIterable<string> {
  const { spec, coverage, sums } = aggregate;
  yield csvLine([...spec.groupBy, 'documents', 'field', 'currency', 'sum', 'documents_with_it']);
  for await (const { key, documents, sums: own } of aggregate.groups()) yield* lines(key, documents, own);
  if (spec.groupBy.length === 0) yield* lines([], coverage.documents, sums);
}

function* lines(key: readonly (string | null)[], documents: number, sums: readonly Sum[]): Iterable<string> {
  if (sums.length === 0) yield csvLine([...key, documents, null, null, null, null]);
  for (const sum of sums) {
    // A number of ours, also a negative one, is no formula.
    yield `${csvLine([...key, documents, sum.field, sum.currency])},${sum.sum},${sum.documents}`;
  }
}

function groupOf({ groupBy, count }: AggregateSpec, { key, documents, sums }: Group): object {
  const named = Object.fromEntries(groupBy.map((field, index) => [field, key[index] ?? null]));
  return { key: named, ...(count ? { documents } : {}), sums };
}

/** A text for each summed field, with all its currencies. */
export function sumsOf({ sum }: AggregateSpec, sums: readonly Sum[]): string[] {
  return sum.map((field) =>
    sums
      .filter((one) => one.field === field)
      .map(describeSum)
      .join(', '),
  );
}

/** What a reader must know about the summary before its text. */
export function describeSummary({ state, model, failure, ...summary }: Summary): string {
  const { answersRead, answers, calls, costNanoUsd } = summary;
  if (state === 'due') return 'The summary is still to be made.';
  if (state === 'failed') {
    return `No summary: ${failure?.code ?? ''}: ${failure?.message ?? ''}`;
  }
  const read =
    answersRead === answers
      ? `all ${answers ?? 0} answers`
      : `${answersRead ?? 0} of ${answers ?? 0} answers`;
  const cost =
    calls === 0 ? 'answered before, and not paid again' : `${calls} calls, ${formatUsd(costNanoUsd)}`;
  const old = state === 'stale' ? 'Of documents as they were before some were taken up again: ' : '';
  return `${old}by ${model ?? ''} from ${read}; ${cost}`;
}
