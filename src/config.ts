import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { defaultLimits } from './domain/default-limits.ts';

const count = z.number().int().positive();
const { maxFileBytes, maxParsedBytes, maxTextChars, maxOutputBytes, ...structure } = defaultLimits;
const { maxUnpackedBytes, maxUnpackRatio, maxEntries, maxDepth, maxEntityChars, maxPixels } = structure;
const { maxPictures, maxPictureBytes, maxChildren, maxChildDepth } = structure;

/** Explained in src/domain/extraction.ts, with the failure code of each. */
const limitsSchema = z.strictObject({
  maxFileBytes: count.default(maxFileBytes),
  maxParsedBytes: count.default(maxParsedBytes),
  maxTextChars: count.default(maxTextChars),
  maxOutputBytes: count.default(maxOutputBytes),
  maxUnpackedBytes: count.default(maxUnpackedBytes),
  maxUnpackRatio: count.default(maxUnpackRatio),
  maxEntries: count.default(maxEntries),
  maxDepth: count.default(maxDepth),
  maxEntityChars: count.default(maxEntityChars),
  maxPixels: count.default(maxPixels),
  maxPictures: z.number().int().min(0).default(maxPictures),
  maxPictureBytes: z.number().int().min(50_000).max(7_000_000).default(maxPictureBytes),
  maxChildren: z.number().int().min(0).default(maxChildren),
  maxChildDepth: z.number().int().min(0).max(10).default(maxChildDepth),
  /** Heap of one extraction process; above it the document is `parse_oom`. */
  extractionHeapMb: z.number().int().min(64).default(512),
  /** Resident memory of one extraction process; above it the document is `parse_memory`. */
  extractionRssMb: z.number().int().min(128).default(1280),
  /** Seconds without a sign of progress; after them the document is `parse_stalled`. */
  stallSeconds: count.default(60),
  /** Seconds for one document in all, whatever `--timeout` allows; after them it is `parse_timeout`. */
  extractionSeconds: count.default(600),
  /** Documents after which an extraction process is replaced by a fresh one. */
  recycleAfter: count.default(10_000),
  /** Extraction processes per worker; null: one per core, at least 2. */
  extractionProcesses: z.number().int().min(1).max(64).nullable().default(null),
  /** With less free disk than this, batches on the embedded stack halt: `disk_full`. */
  minFreeDiskBytes: z.number().int().min(0).default(1_000_000_000),
});

/** Everything that can stand in `docbatch.yaml`; environment variables and flags go over it. */
const fileSchema = z
  .strictObject({
    databaseUrl: z.string().optional(),
    databasePoolMax: z.number().int().min(2).max(200).default(10),
    analyzer: z.string().min(1).default('local'),
    claude: z
      .strictObject({
        /** Where the API is; environment `ANTHROPIC_BASE_URL`. Null: Anthropic's own. */
        baseUrl: z
          .url({ protocol: /^https?$/ })
          .refine((url) => !/\/\/[^/]*@/.test(url), 'an address without user and password')
          .nullable()
          .default(null),
        /** How `claude-batch` asks. */
        batches: z
          .strictObject({
            /** Requests in one provider batch; the API takes 100,000. */
            maxRequests: z.number().int().min(1).max(100_000).default(10_000),
            /** Requests in all provider batches together; the API takes 200,000 in the lowest tier. */
            queueCap: z.number().int().min(1).default(200_000),
            /** Bytes of all requests in one provider batch; the API takes 256 MB. */
            maxBytes: z.number().int().min(1_000).max(250_000_000).default(32_000_000),
            /** A create call is given up after this. */
            createTimeoutMs: z.number().int().min(1_000).default(300_000),
            /** For so long after that its batch is looked for, if nobody knows whether it was made; then it is sent again. */
            holdMs: z.number().int().min(1_000).default(600_000),
          })
          .prefault({}),
        /** A run whose estimate goes above this asks first. */
        confirmAboveUsd: z.number().min(0).default(10),
        /** USD per million tokens by model, over the shipped price table. */
        prices: z
          .record(
            z.string(),
            z.strictObject({
              input: z.number().min(0),
              output: z.number().min(0),
              cacheWrite5m: z.number().min(0).optional(),
              cacheWrite1h: z.number().min(0).optional(),
              cacheRead: z.number().min(0).optional(),
            }),
          )
          .default({}),
      })
      .prefault({}),
    temporal: z
      .strictObject({
        address: z.string().optional(),
        namespace: z.string().optional(),
        profile: z.string().optional(),
      })
      .default({}),
    worker: z
      .strictObject({
        /** Documents in work at once in one worker process, over all batches. */
        slots: z.number().int().min(1).max(1000).default(128),
      })
      .default({ slots: 128 }),
    /** A file with one password a line, tried on protected documents; relative to the project folder. */
    passwordsFile: z.string().min(1).nullable().default(null),
    /** For `--ocr`: text that is read off scans and images by this machine. */
    ocr: z
      .strictObject({
        /** Names of Tesseract: eng, deu, fra … */
        languages: z
          .array(z.string().regex(/^[a-zA-Z_]{3,20}$/))
          .min(1)
          .default(['eng']),
        /** Folder with `<language>.traineddata` or `.traineddata.gz` of all of them; null: an installed package. */
        dataFolder: z.string().min(1).nullable().default(null),
      })
      .prefault({}),
    limits: limitsSchema.prefault({}),
  })
  .describe('docbatch.yaml');

export type FileConfig = z.infer<typeof fileSchema>;

export interface Config extends FileConfig {
  /** The project folder: the nearest parent with `docbatch.yaml` or `.docbatch`, else where the user stands. */
  projectDir: string;
  /** `<projectDir>/.docbatch`: data, logs, sockets of the embedded stack. */
  stateDir: string;
  /** Where relative paths resolve: `INIT_CWD` under npm, else the working directory. */
  userDir: string;
}

export interface ConfigSources {
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** `--project`. */
  project?: string | undefined;
}

/** Environment over `docbatch.yaml` over defaults. Read once, at the door of each process. */
export function loadConfig({ env, cwd, project }: ConfigSources): Config {
  // Only under `npm run cli`: an INIT_CWD left by some outer npm script says nothing about this user.
  const userDir = env.npm_lifecycle_event === 'cli' ? (env.INIT_CWD ?? cwd) : cwd;
  const projectDir = project === undefined ? findProjectDir(userDir) : resolve(userDir, project);
  const file = readConfigFile(join(projectDir, 'docbatch.yaml'));
  const merged = {
    ...file,
    ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
    ...(env.DATABASE_POOL_MAX ? { databasePoolMax: numberFrom(env.DATABASE_POOL_MAX) } : {}),
    ...(env.DOCBATCH_ANALYZER ? { analyzer: env.DOCBATCH_ANALYZER } : {}),
    ...(env.ANTHROPIC_BASE_URL
      ? { claude: { ...(file.claude as object | undefined), baseUrl: env.ANTHROPIC_BASE_URL } }
      : {}),
  };
  const parsed = fileSchema.safeParse(merged);
  if (!parsed.success) throw new ConfigError(explain(parsed.error, merged, projectDir));
  return { ...parsed.data, projectDir, stateDir: join(projectDir, '.docbatch'), userDir };
}

/** The nearest parent of `from` with `docbatch.yaml` or `.docbatch`, else `from` itself. */
export function findProjectDir(from: string): string {
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'docbatch.yaml')) || existsSync(join(dir, '.docbatch'))) return dir;
    if (dirname(dir) === dir) return resolve(from);
  }
}

function readConfigFile(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  let parsed: unknown;
  try {
    parsed = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`Cannot read \`${path}\`: ${(error as Error).message}`);
  }
  if (parsed === null || parsed === undefined) return {};
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new ConfigError(`Expected \`${path}\` to hold keys and values, got ${JSON.stringify(parsed)}`);
  }
  return parsed as Record<string, unknown>;
}

function numberFrom(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text;
}

function explain(error: z.ZodError, input: unknown, projectDir: string): string {
  const lines = error.issues.map((issue) => {
    const value = issue.path.reduce<unknown>(
      (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
      input,
    );
    const key = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return `unknown key ${issue.keys.map((name) => `\`${[...issue.path, name].join('.')}\``).join(', ')}`;
    }
    return `\`${key}\` is ${JSON.stringify(value)}: ${issue.message}`;
  });
  return `Wrong configuration (environment or \`${join(projectDir, 'docbatch.yaml')}\`): ${lines.join('; ')}`;
}
