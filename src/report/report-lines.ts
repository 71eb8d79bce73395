import type { BatchEventRow } from '../db/batch-events.ts';
import type { BatchSnapshot } from '../db/batch-snapshot.ts';
import type { ErrorPattern } from '../db/error-patterns.ts';
import type { ItemRow } from '../db/items.ts';
import type { Aggregate } from '../db/read-aggregate.ts';
import { describeEvent } from '../domain/describe-event.ts';
import { describeFailureCode } from '../domain/failure-codes.ts';
import { describeUnknown, formatUsd } from '../domain/money.ts';
import { formatDuration } from '../domain/progress.ts';
import { aggregateJson, aggregateMarkdown } from './aggregate-lines.ts';
import { csvLine, snakeCase } from './csv-cell.ts';
import { markdownCell } from './markdown-cell.ts';
import { targetsOf } from './targets.ts';

export type ReportFormat = 'md' | 'json' | 'csv';

export interface ReportInput {
  snapshot: BatchSnapshot;
  /** Who ordered what, when and why. */
  events: readonly BatchEventRow[];
  patterns: readonly ErrorPattern[];
  items: AsyncIterable<ItemRow>;
  /** Null: the batch is not aggregated. */
  aggregate: Aggregate | null;
  createdAt: Date;
}

/** Raised with every change of the JSON that a reader could trip over; docs/report.schema.json describes it. */
export const reportSchema = 'docbatch.report/1';

const COLUMNS = [
  'uri',
  'name',
  'state',
  'class',
  'code',
  'stage',
  'attempts',
  'durationMs',
  'costNanoUsd',
  'inputTokens',
  'outputTokens',
  'message',
  'parent',
] as const;

/** The report as lines: each document once, and what the batch as a whole shows. */
export async function* reportLines(input: ReportInput, format: ReportFormat): AsyncIterable<string> {
  if (format === 'csv') {
    yield csvLine(COLUMNS.map(snakeCase));
    for await (const item of input.items) yield csvLine(COLUMNS.map((column) => item[column]));
  } else if (format === 'json') yield* jsonLines(input);
  else yield* markdownLines(input);
}

async function* jsonLines({
  snapshot,
  patterns,
  items,
  aggregate,
  createdAt,
}: ReportInput): AsyncIterable<string> {
  const { settings: _settings, failures: _failures, provider: _provider, counts, ...batch } = snapshot;
  const head = {
    schema: reportSchema,
    createdAt,
    batch,
    totals: counts,
    targets: targetsOf(snapshot),
    patterns: patterns.map(withAdvice),
  };
  yield JSON.stringify(head).slice(0, -1);
  if (aggregate !== null) {
    yield ',"aggregate":';
    yield* aggregateJson(aggregate);
  }
  yield ',"documents":[';
  let separator = '';
  for await (const item of items) {
    yield separator + JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, item[column]])));
    separator = ',';
  }
  yield ']}';
}

async function* markdownLines({
  snapshot,
  events,
  patterns,
  items,
  aggregate,
}: ReportInput): AsyncIterable<string> {
  const { counts, name, status, id, reason, detail } = snapshot;
  yield `# Batch ${markdownCell(name)}`;
  yield '';
  yield `${id}: **${markdownCell(status)}**, ${totalsText(snapshot)} of ${counts.total}; ${formatDuration(snapshot.activeMs)} of work; analyzer: ${markdownCell(snapshot.analyzer)}`;
  const why = [reason, detail].filter((text) => text !== null).map(markdownCell);
  if (why.length > 0) yield `\nReason: ${why.join(': ')}`;
  const cost = costText(snapshot);
  if (cost !== null) yield `\n${cost}`;
  if (snapshot.onInjection !== null) {
    yield `\nDocuments that give orders to the model: ${markdownCell(snapshot.onInjection)}`;
  }
  if (aggregate !== null) {
    yield '\n## Aggregate\n';
    yield* aggregateMarkdown(aggregate);
  }
  yield '\n## History\n\n| when | what | who | why |\n|---|---|---|---|';
  for (const event of events) {
    yield `| ${[event.at.toISOString(), event.event, event.actor, describeEvent(event)].map(markdownCell).join(' | ')} |`;
  }
  yield '\n## Targets\n\n| target | value | goal | |\n|---|---|---|---|';
  for (const { name: what, value, unit, goal, verdict } of targetsOf(snapshot)) {
    yield `| ${what} | ${value === null ? 'n/a' : `${value} ${unit}`} | ${markdownCell(goal)} | ${verdict} |`;
  }
  if (patterns.length > 0) {
    yield '\n## Errors\n\n| code | class | stage | times | documents | still failed | for example | what happened | what to do |';
    yield '|---|---|---|---|---|---|---|---|---|';
  }
  for (const pattern of patterns.map(withAdvice)) {
    const { code, stage, occurrences, documents, failed, examples, meaning, suggestion } = pattern;
    const names = examples.join(', ');
    const cells = [code, pattern.class, stage, occurrences, documents, failed, names, meaning, suggestion];
    yield `| ${cells.map(markdownCell).join(' | ')} |`;
  }
  yield '\n## Documents\n\n| document | state | class | code | stage | attempts | duration | message |\n|---|---|---|---|---|---|---|---|';
  for await (const item of items) {
    const { state, code, stage, attempts, durationMs, message } = item;
    const took = durationMs === null ? '' : formatDuration(durationMs);
    const cells = [nameOf(item), state, item.class, code, stage, attempts, took, message];
    yield `| ${cells.map(markdownCell).join(' | ')} |`;
  }
}

/** Null where nothing can have been paid. */
function costText({ money, model, profile }: BatchSnapshot): string | null {
  const { spentNanoUsd, unknown, inputTokens, outputTokens, cacheReadTokens } = money;
  if (spentNanoUsd === 0 && model === null) return null;
  const parts = [
    `Cost: **${formatUsd(spentNanoUsd)}** (${spentNanoUsd} nano-USD)`,
    `${inputTokens} input tokens (${cacheReadTokens} from the cache), ${outputTokens} output tokens`,
    `model ${markdownCell(model ?? '-')}, profile ${markdownCell(profile ?? '-')}`,
    describeUnknown(unknown),
  ];
  return parts.filter((part) => part !== null).join('; ');
}

/** A member is named after the file that it lies in. */
function nameOf({ name, uri, parent }: ItemRow): string {
  if (parent === null) return name;
  const { container, path } =
    /^(?<container>[^!]*)!(?<path>.*)$/s.exec(uri.slice(uri.lastIndexOf('/', uri.indexOf('!')) + 1))
      ?.groups ?? {};
  return container === undefined ? name : `${container}!${path!}`;
}

function totalsText({ counts }: BatchSnapshot): string {
  const { completed, failed, skipped, cancelled, review, total } = counts;
  const open = total - completed - failed - skipped - cancelled - review;
  const parts = { completed, failed, 'to review': review, skipped, cancelled, 'still to do': open };
  return Object.entries(parts)
    .filter(([what, count]) => count > 0 || what === 'completed' || what === 'failed')
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

function withAdvice(pattern: ErrorPattern): ErrorPattern & { meaning: string; suggestion: string } {
  const { meaning, suggestion } = describeFailureCode(pattern.code);
  return { ...pattern, meaning, suggestion };
}
