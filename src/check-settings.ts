import { resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import type { BatchSettings } from './domain/batch.ts';
import { passwordsPath } from './sandbox/read-passwords.ts';

const whole = (from: number, to: number) => z.number().int().min(from).max(to);
const amount = whole(0, Number.MAX_SAFE_INTEGER);

/** The same ranges as the flags of the command line. */
const schema = z.strictObject({
  batchSize: whole(1, 500),
  parallel: whole(1, 1000),
  retries: whole(0, 20),
  retryDelayMs: amount,
  timeoutMs: amount.min(1),
  maxFailures: z
    .union([z.strictObject({ count: amount }), z.strictObject({ percent: z.number().min(0).max(100) })])
    .nullable(),
  halt: z.enum(['soon', 'now']),
  priority: whole(1, 5),
  cache: z.boolean(),
  outDir: z.string().min(1).nullable(),
  outBase: z.string().min(1).nullable(),
  notify: z.array(z.string().min(1)),
  passwordsFile: z.string().min(1).nullable(),
  budgetNanoUsd: amount.nullable(),
  deadlineAtMs: amount.nullable(),
} satisfies Record<keyof BatchSettings, z.ZodType>);

/**
 * What a program asked for, without what it left undefined; relative folders become absolute, from `dir`. Throws
 * `ConfigError`: a wrong value in a batch's row would trouble every worker that reads it.
 */
export function checkSettings(settings: Partial<BatchSettings>, dir: string): Partial<BatchSettings> {
  const entries: [string, unknown][] = Object.entries(settings);
  const given = Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  const parsed = schema.partial().safeParse(given);
  if (!parsed.success) throw new ConfigError(explain(parsed.error, given));
  const { outDir, outBase, passwordsFile, ...same } = parsed.data as Partial<BatchSettings>;
  return {
    ...same,
    ...(typeof passwordsFile === 'string' ? { passwordsFile: passwordsPath(passwordsFile, dir) } : {}),
    ...(typeof outDir === 'string'
      ? { outDir: resolve(dir, outDir), outBase: resolve(dir, outBase ?? '.') }
      : {}),
  };
}

function explain({ issues }: z.ZodError, given: Record<string, unknown>): string {
  const lines = issues.map((issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
      return `unknown option ${issue.keys.map((key) => `\`${key}\``).join(', ')}`;
    }
    const key = String(issue.path[0]);
    const expected = key === 'maxFailures' ? 'Expected { count } or { percent }' : issue.message;
    return `\`${key}\` is ${JSON.stringify(given[key])}: ${expected}`;
  });
  return `Wrong options for processBatch: ${lines.join('; ')}`;
}
