import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { explainErrno } from '../explain-errno.ts';
import { SourceError } from './source-error.ts';

export interface ManifestEntry {
  path: string;
  externalId?: string;
  priority?: number;
  group?: string;
  metadata?: Record<string, unknown>;
}

const lineSchema = z.strictObject({
  uri: z.string().min(1),
  id: z.union([z.string(), z.number()]).optional(),
  priority: z.coerce.number().int().min(1).max(5).optional(),
  group: z.string().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});
const columns = Object.keys(lineSchema.shape);

/** Checks each line; one bad line refuses the whole, with its number. */
export async function checkManifest(path: string): Promise<void> {
  let count = 0;
  for await (const _entry of readManifest(path)) count += 1;
  if (count > 0) return;
  throw new SourceError('No document was found', {
    why: `the manifest \`${path}\` names none`,
    next: `it needs one line per document with the columns ${columns.join(', ')}`,
  });
}

/** Streams the entries of a manifest; throws at the first bad line. */
export async function* readManifest(path: string): AsyncIterable<ManifestEntry> {
  for await (const { line, value } of lines(path)) {
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) throw badLine(path, line, explain(parsed.error, value));
    const { uri, id, ...rest } = parsed.data;
    yield {
      path: pathOf(uri, path, line),
      ...(id === undefined ? {} : { externalId: String(id) }),
      ...Object.fromEntries(Object.entries(rest).filter(([, field]) => field !== undefined)),
    };
  }
}

/** Whether a file that was simply named is a manifest: it has a `uri`, and no column that a manifest has not. */
export async function looksLikeManifest(path: string): Promise<'yes' | 'almost' | 'no'> {
  const kind = kindOf(path);
  if (kind === null) return 'no';
  const names = kind === 'csv' ? await csvHeader(path) : await firstKeys(path);
  if (!names.includes('uri')) return 'no';
  return names.every((name) => columns.includes(name)) ? 'yes' : 'almost';
}

function kindOf(path: string): 'csv' | 'jsonl' | null {
  const extension = extname(path).toLowerCase();
  if (extension === '.csv') return 'csv';
  return extension === '.jsonl' || extension === '.ndjson' ? 'jsonl' : null;
}

async function csvHeader(path: string): Promise<string[]> {
  const line = await firstLine(path);
  return line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

async function firstKeys(path: string): Promise<string[]> {
  try {
    return Object.keys(JSON.parse(await firstLine(path)) as object);
  } catch {
    return [];
  }
}

async function firstLine(path: string): Promise<string> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16_384), 0, 16_384, 0);
    return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? '';
  } finally {
    await handle.close();
  }
}

async function* lines(path: string): AsyncIterable<{ line: number; value: unknown }> {
  const input = createReadStream(path);
  try {
    if (kindOf(path) === 'csv') yield* csvLines(path, input);
    else yield* jsonLines(path, input);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    if (error instanceof CsvError && typeof error.lines === 'number') {
      throw badLine(path, error.lines, error.message);
    }
    throw new SourceError(`Cannot read the manifest \`${path}\``, {
      why: explainErrno(error, path),
      next: `check the path; the columns are ${columns.join(', ')}`,
      cause: error,
    });
  } finally {
    input.destroy();
  }
}

async function* csvLines(path: string, input: NodeJS.ReadableStream) {
  const parser = input.pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, info: true, trim: true }),
  );
  input.on('error', (error: Error) => parser.destroy(error));
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, string>;
    info: { lines: number };
  }>) {
    const filled = Object.fromEntries(Object.entries(record).filter(([, text]) => text !== ''));
    const { metadata, ...rest } = filled;
    const value =
      metadata === undefined ? rest : { ...rest, metadata: parseJson(path, info.lines, metadata) };
    yield { line: info.lines, value };
  }
}

async function* jsonLines(path: string, input: NodeJS.ReadableStream) {
  let line = 0;
  for await (const text of createInterface({ input })) {
    line += 1;
    if (text.trim() !== '') yield { line, value: parseJson(path, line, text.replace(/^\uFEFF/, '')) };
  }
}

function parseJson(path: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badLine(path, line, `not JSON (${(error as Error).message})`);
  }
}

function pathOf(uri: string, manifestPath: string, line: number): string {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//i.test(uri);
  if (!isUrl && !uri.startsWith('file:')) return resolve(dirname(manifestPath), uri);
  try {
    return fileURLToPath(uri);
  } catch {
    throw badLine(manifestPath, line, `uri: expected a path or a file: URL, got \`${uri}\``);
  }
}

function explain(error: z.ZodError, value: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it is not a manifest line';
  if (issue.code === 'unrecognized_keys')
    return `unknown column ${issue.keys.map((key) => `\`${key}\``).join(', ')}`;
  const [column] = issue.path;
  if (column === undefined) return `expected an object, got \`${JSON.stringify(value)}\``;
  const got = (value as Record<PropertyKey, unknown>)[column];
  if (got === undefined) return `the column \`${String(column)}\` is missing or empty`;
  return `${String(column)}: ${issue.message}, got \`${typeof got === 'string' ? got : JSON.stringify(got)}\``;
}

function badLine(path: string, line: number, why: string): SourceError {
  return new SourceError(`Line ${line} of the manifest \`${path}\` is wrong`, {
    why,
    next: 'correct it; the columns are uri, id, priority (1-5), group, metadata (JSON). Nothing was registered',
  });
}
