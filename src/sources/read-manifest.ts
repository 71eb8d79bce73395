import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse';
import { z } from 'zod';
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

/** Reads all of a manifest and checks each line; one bad line refuses the whole, with its number. */
export async function readManifest(manifestPath: string): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const { line, value } of lines(manifestPath)) {
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw badLine(manifestPath, line, `${issue?.path.join('.') || 'line'}: ${issue?.message ?? 'wrong'}`);
    }
    const { uri, id, ...rest } = parsed.data;
    entries.push({
      path: pathOf(uri, manifestPath, line),
      ...(id === undefined ? {} : { externalId: String(id) }),
      ...Object.fromEntries(Object.entries(rest).filter(([, field]) => field !== undefined)),
    });
  }
  return entries;
}

async function* lines(path: string): AsyncIterable<{ line: number; value: unknown }> {
  const input = createReadStream(path);
  try {
    if (extname(path).toLowerCase() === '.csv') yield* csvLines(path, input);
    else yield* jsonLines(path, input);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError(`Cannot read the manifest \`${path}\``, {
      why: (error as Error).message,
      cause: error,
    });
  }
}

async function* csvLines(path: string, input: NodeJS.ReadableStream) {
  const parser = input.pipe(
    parse({ columns: true, bom: true, skip_empty_lines: true, info: true, trim: true }),
  );
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
    if (text.trim() !== '') yield { line, value: parseJson(path, line, text) };
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
  if (uri.startsWith('file:')) return fileURLToPath(uri);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(uri)) {
    throw badLine(manifestPath, line, `uri: expected a path or a file: URL, got \`${uri}\``);
  }
  return resolve(dirname(manifestPath), uri);
}

function badLine(path: string, line: number, why: string): SourceError {
  return new SourceError(`Line ${line} of the manifest \`${path}\` is wrong`, {
    why,
    next: 'correct it; the columns are uri, id, priority (1-5), group, metadata (JSON). Nothing was registered',
  });
}
