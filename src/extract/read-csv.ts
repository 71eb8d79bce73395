import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { findDelimiter } from './find-delimiter.ts';
import { tableBuilder } from './markdown-table.ts';

const CHUNK_CHARS = 256 * 1024;

/** CSV with any usual delimiter, and TSV, as one table; read in pieces, since a list of all cells would not fit. */
export async function readCsv(input: ReaderInput): Promise<Draft> {
  const { text, encoding } = decodeInput(input);
  const content = text.length > input.maxTextChars ? wholeLines(text, input.maxTextChars) : text;
  const delimiter = input.mimeType === 'text/tab-separated-values' ? '\t' : findDelimiter(content);
  const { table, warnings } = await readTable(content, delimiter, input);
  return {
    parts: [{ kind: 'body', label: input.name, markdown: table ?? content }],
    metadata: { encoding, ...(table === null || table === '' ? {} : { tables: 1 }) },
    warnings: [...warnings, ...(text.length > content.length ? ['The end of the table was cut off'] : [])],
  };
}

function wholeLines(text: string, length: number): string {
  const end = text.lastIndexOf('\n', length);
  return text.slice(0, end > 0 ? end : length);
}

async function readTable(
  content: string,
  delimiter: string,
  input: ReaderInput,
): Promise<{ table: string | null; warnings: string[] }> {
  try {
    return { table: await parseTable(content, { delimiter, quote: '"' }, input), warnings: [] };
  } catch {
    try {
      // A stray quote: quotes then mean themselves.
      const table = await parseTable(content, { delimiter, quote: null }, input);
      return { table, warnings: ['The quotes in the table are uneven'] };
    } catch {
      return { table: null, warnings: ['The file is not a well-formed table; it was kept as text'] };
    }
  }
}

async function parseTable(
  content: string,
  syntax: { delimiter: string; quote: string | null },
  { maxTextChars, onProgress }: ReaderInput,
): Promise<string> {
  const builder = tableBuilder();
  const parser = parse({ ...syntax, relax_column_count: true, skip_empty_lines: true, bom: true });
  Readable.from(chunksOf(content)).pipe(parser);
  for await (const row of parser as AsyncIterable<string[]>) {
    builder.add(row);
    if (builder.characters > maxTextChars) break;
    onProgress();
  }
  return builder.finish();
}

function* chunksOf(content: string): Generator<string> {
  for (let at = 0; at < content.length; at += CHUNK_CHARS) yield content.slice(at, at + CHUNK_CHARS);
}
