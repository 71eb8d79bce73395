import type { ItemRow } from '../db/items.ts';
import { csvLine, snakeCase } from './csv-cell.ts';

const BEFORE = ['uri', 'state'] as const;
const AFTER = ['class', 'code', 'analyzer', 'message', 'attempts', 'costNanoUsd'] as const;

/** One JSON object per document, with its answer as it was given. */
export async function* exportJsonLines(items: AsyncIterable<ItemRow>): AsyncIterable<string> {
  for await (const item of items) {
    const { uri, parent, state, result, class: failureClass, code, analyzer, message } = item;
    const { attempts, costNanoUsd } = item;
    const failure = { class: failureClass, code, analyzer, message };
    const answered = { uri, state, result, ...failure, attempts, costNanoUsd };
    yield JSON.stringify(parent === null ? answered : { ...answered, parent });
  }
}

/** A line per document; each top-level field of an answer is a column, an answer that is no object is the column `result`. */
export async function* exportCsvLines(
  items: AsyncIterable<ItemRow>,
  fields: readonly string[],
): AsyncIterable<string> {
  const columns = [...fields, ...(fields.length === 0 ? ['result'] : [])];
  yield csvLine([...BEFORE, ...columns.map(named), ...AFTER.map(snakeCase)]);
  for await (const item of items) {
    const { result } = item;
    const answer = isObject(result) ? result : { result };
    const cells = columns.map((column) => (Object.hasOwn(answer, column) ? answer[column] : null));
    yield csvLine([...BEFORE.map((key) => item[key]), ...cells, ...AFTER.map((key) => item[key])]);
  }
}

/** An answer may have a field called `state`. */
function named(field: string): string {
  return [...BEFORE, ...AFTER.map(snakeCase)].includes(field) ? `answer.${field}` : field;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
