import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { fence } from './fence.ts';
import { indentJson } from './indent-json.ts';

/** JSON, indented, in a code block; what does not parse is kept as it is, with a warning. */
export function readJson(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const value = parseJson(text);
  // A name that promises one value may hold one per line.
  if (value === undefined) return readLines(text, encoding, input.name);
  const title = titleOf(value.json);
  const indented = indentJson(text, { maxChars: input.maxTextChars, maxDepth: input.maxDepth });
  return {
    parts: [{ kind: 'body', label: input.name, markdown: fence('json', indented) }],
    metadata: { encoding, ...(title === null ? {} : { title }) },
  };
}

/** One JSON value per line. */
export function readJsonLines(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  return readLines(text, encoding, input.name);
}

function readLines(text: string, encoding: string, label: string): Draft {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const broken = lines.filter((line) => parseJson(line) === undefined).length;
  const isLines = lines.length > 0 && broken <= lines.length / 10;
  const warning = isLines
    ? `${broken} of ${lines.length} lines are not valid JSON`
    : 'The content is not valid JSON; it was kept as text';
  return {
    parts: [{ kind: 'body', label, markdown: text.trim() === '' ? '' : fence(isLines ? 'json' : '', text) }],
    metadata: { encoding },
    warnings: isLines && broken === 0 ? [] : [warning],
  };
}

function parseJson(text: string): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(text.replace(/^\ufeff/, '')) };
  } catch {
    return undefined;
  }
}

function titleOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('title' in value)) return null;
  return typeof value.title === 'string' && value.title.length <= 300 ? value.title : null;
}
