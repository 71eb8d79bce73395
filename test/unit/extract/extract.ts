import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { DocumentFailure } from '../../../src/domain/failure.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import { packageRoot } from '../../../src/paths.ts';
import type { Extracted } from '../../../src/sandbox/requests.ts';

const limits = { ...defaultLimits, maxFileBytes: 100_000_000, maxTextChars: 100_000 };

/** A sample of samples/, read in this process. */
export function extractSample(name: string): Promise<Extracted> {
  return extractFile({ path: join(packageRoot, 'samples', name), name, knownSha256: null }, limits);
}

/** Content that is written to a temporary file of this name first. */
export async function extractContent(
  name: string,
  content: string | Uint8Array,
  overrides: Partial<typeof limits> = {},
): Promise<Extracted> {
  const folder = mkdtempSync(join(tmpdir(), 'docbatch-extract-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, content);
    return await extractFile({ path, name, knownSha256: null }, { ...limits, ...overrides });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function markdownOf(name: string, content: string | Uint8Array): Promise<string> {
  return (await extractContent(name, content)).extraction?.markdown ?? '';
}

/** The failure that the work ends with; throws when it does not fail or fails otherwise. */
export async function failureOf(work: Promise<unknown>): Promise<DocumentFailure> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DocumentFailure) return error;
    throw error;
  }
  throw new Error('Expected a failure');
}
