import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from '../config-error.ts';
import { searchAttributes } from '../domain/ids.ts';
import { packageRoot } from '../paths.ts';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const port = z.number().int().min(0).max(65_535).default(0);

const schema = z.strictObject({
  namespace: z.string().min(1).default('default'),
  retentionDays: z.number().int().min(1).default(30),
  ip: z.string().default('127.0.0.1'),
  /** 0: a free one, kept in `.docbatch/stack.json`. */
  port,
  uiPort: port,
  databaseFile: z
    .string()
    .regex(/^[\w.-]+$/, 'expected a file name inside .docbatch')
    .default('temporal.sqlite'),
  sqlitePragmas: z.record(z.string(), scalar).default({ journal_mode: 'wal', synchronous: 'normal' }),
  dynamicConfig: z.record(z.string(), scalar).default({}),
  searchAttributes: z
    .record(z.string(), z.enum(['Keyword', 'Text', 'Int', 'Double', 'Bool', 'Datetime', 'KeywordList']))
    .default({}),
});

export type TemporalSpec = z.infer<typeof schema> & {
  /** The file it was read from. */
  path: string;
};

/** `temporal-dev.yaml` of the project folder, else the one that comes with docbatch. */
export function loadTemporalSpec(projectDir: string): TemporalSpec {
  const own = join(projectDir, 'temporal-dev.yaml');
  const path = existsSync(own) ? own : join(packageRoot, 'temporal-dev.yaml');
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`Cannot read \`${path}\`: ${(error as Error).message}`);
  }
  const parsed = schema.safeParse(content ?? {});
  if (!parsed.success)
    throw new ConfigError(`Wrong configuration in \`${path}\`: ${z.prettifyError(parsed.error)}`);
  const needed = Object.fromEntries(
    Object.values(searchAttributes).map((name) => [name, 'Keyword' as const]),
  );
  return { ...parsed.data, searchAttributes: { ...needed, ...parsed.data.searchAttributes }, path };
}
