import type { ItemRow } from '../db/items.ts';
import { csvLine } from './csv-cell.ts';

const COLUMNS = [
  'uri',
  'state',
  'class',
  'code',
  'message',
  'analyzer',
  'attempts',
  'costNanoUsd',
  'result',
] as const;

/** One line per document with its answer. */
export async function* exportLines(
  items: AsyncIterable<ItemRow>,
  format: 'jsonl' | 'csv',
): AsyncIterable<string> {
  if (format === 'csv') yield csvLine(COLUMNS);
  for await (const item of items) {
    const values = COLUMNS.map((column) => item[column]);
    yield format === 'csv'
      ? csvLine(values)
      : JSON.stringify(Object.fromEntries(COLUMNS.map((column, index) => [column, values[index]])));
  }
}
