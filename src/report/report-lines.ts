import type { BatchSnapshot } from '../db/batch-snapshot.ts';
import type { ItemRow } from '../db/items.ts';
import { describeFailureCode } from '../domain/failure-codes.ts';
import { formatUsd } from '../domain/money.ts';
import { formatDuration } from '../domain/progress.ts';
import { csvLine } from './csv-cell.ts';
import { targetsOf } from './targets.ts';

export type ReportFormat = 'md' | 'json' | 'csv';

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
] as const;

/** The report as lines: each document once, and what the batch as a whole shows. */
export async function* reportLines(
  snapshot: BatchSnapshot,
  items: AsyncIterable<ItemRow>,
  format: ReportFormat,
): AsyncIterable<string> {
  if (format === 'csv') {
    yield csvLine(COLUMNS);
    for await (const item of items) yield csvLine(COLUMNS.map((column) => item[column]));
  } else if (format === 'json') yield* jsonLines(snapshot, items);
  else yield* markdownLines(snapshot, items);
}

async function* jsonLines(snapshot: BatchSnapshot, items: AsyncIterable<ItemRow>): AsyncIterable<string> {
  const { settings: _settings, failures, ...batch } = snapshot;
  const patterns = failures.map(({ code, count }) => ({ code, count, ...describeFailureCode(code) }));
  yield `${JSON.stringify({ batch, targets: targetsOf(snapshot), patterns }).slice(0, -1)},"documents":[`;
  let separator = '';
  for await (const item of items) {
    yield separator + JSON.stringify(Object.fromEntries(COLUMNS.map((column) => [column, item[column]])));
    separator = ',';
  }
  yield ']}';
}

async function* markdownLines(snapshot: BatchSnapshot, items: AsyncIterable<ItemRow>): AsyncIterable<string> {
  const { counts, name, status, id, reason, detail, failures } = snapshot;
  yield `# Batch ${name}`;
  yield '';
  yield `${id}: **${status}**, ${counts.completed} completed, ${counts.failed} failed, ${counts.skipped} skipped, ${counts.total} in all; ${formatDuration(snapshot.activeMs)} of work; analyzer: ${snapshot.analyzer}`;
  if (reason !== null) yield `\nReason: ${reason}${detail === null ? '' : ` (${detail})`}`;
  const { spentNanoUsd, interruptedNanoUsd, inputTokens, outputTokens, cacheReadTokens } = snapshot.money;
  if (spentNanoUsd > 0 || snapshot.model !== null) {
    yield `\nCost: **${formatUsd(spentNanoUsd)}** (${spentNanoUsd} nano-USD), ${inputTokens} input tokens (${cacheReadTokens} from the cache), ${outputTokens} output tokens; model ${snapshot.model ?? '-'}, profile ${snapshot.profile ?? '-'}${interruptedNanoUsd > 0 ? `; interrupted calls, perhaps billed: ${formatUsd(interruptedNanoUsd)}` : ''}`;
  }
  yield '\n## Targets\n\n| target | value | goal | |\n|---|---|---|---|';
  for (const { name: what, value, unit, goal, met } of targetsOf(snapshot)) {
    yield `| ${what} | ${value === null ? 'n/a' : `${value} ${unit}`} | ${goal} | ${met === null ? 'n/a' : met ? 'met' : 'missed'} |`;
  }
  if (failures.length > 0)
    yield '\n## Errors\n\n| code | documents | what happened | what to do |\n|---|---|---|---|';
  for (const { code, count } of failures) {
    const { meaning, suggestion } = describeFailureCode(code);
    yield `| ${code} | ${count} | ${meaning} | ${suggestion} |`;
  }
  yield '\n## Documents\n\n| document | state | class | code | stage | attempts | duration |\n|---|---|---|---|---|---|---|';
  for await (const item of items) {
    const cells = [
      item.name.replaceAll('|', '\\|'),
      item.state,
      item.class,
      item.code,
      item.stage,
      item.attempts,
    ];
    yield `| ${cells.map((cell) => cell ?? '').join(' | ')} | ${item.durationMs === null ? '' : formatDuration(item.durationMs)} |`;
  }
}
