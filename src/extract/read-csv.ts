import { parse } from 'csv-parse/sync';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { markdownTable } from './markdown-table.ts';

const DELIMITERS = [',', ';', '\t', '|'];
const SNIFFED_LINES = 20;

/** CSV with any usual delimiter, and TSV, as one table. */
export function readCsv(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const content = text.slice(0, input.maxTextChars);
  const delimiter = input.mimeType === 'text/tab-separated-values' ? '\t' : findDelimiter(content);
  const { rows, warnings } = parseRows(content, delimiter);
  return {
    parts: [{ kind: 'body', label: input.name, markdown: rows === null ? content : markdownTable(rows) }],
    metadata: { encoding, ...(rows === null || rows.length === 0 ? {} : { tables: 1 }) },
    warnings: [...warnings, ...(text.length > content.length ? ['The end of the table was cut off'] : [])],
  };
}

function parseRows(content: string, delimiter: string): { rows: string[][] | null; warnings: string[] } {
  const options = { delimiter, relax_column_count: true, skip_empty_lines: true, bom: true };
  try {
    return { rows: parse(content, options), warnings: [] };
  } catch {
    try {
      // A stray quote: quotes then mean themselves.
      return {
        rows: parse(content, { ...options, quote: null }),
        warnings: ['The quotes in the table are uneven'],
      };
    } catch {
      return { rows: null, warnings: ['The file is not a well-formed table; it was kept as text'] };
    }
  }
}

/** The delimiter that cuts the first lines into the same number of cells, and into most of them. */
function findDelimiter(content: string): string {
  const lines = content
    .slice(0, 64 * 1024)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const sample = lines.slice(0, SNIFFED_LINES);
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = sample.map((line) => withoutQuoted(line).split(delimiter).length - 1);
    const typical = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
    const agreeing = counts.filter((count) => count === typical).length / Math.max(counts.length, 1);
    const score = typical === 0 ? 0 : agreeing * 100 + Math.min(typical, 50);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function withoutQuoted(line: string): string {
  return line.replace(/"(?:[^"]|"")*"/g, '');
}
