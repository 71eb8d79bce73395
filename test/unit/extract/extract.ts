import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import type { ExtractionLimits } from '../../../src/domain/extraction.ts';
import { DocumentFailure } from '../../../src/domain/failure.ts';
import { extractFile } from '../../../src/extract/extract-file.ts';
import { packageRoot } from '../../../src/paths.ts';
import type { Extracted } from '../../../src/sandbox/requests.ts';

const whole = { memberPath: [], known: null };
const limits = { ...defaultLimits, maxFileBytes: 100_000_000, maxTextChars: 100_000 };

/** A sample of samples/, read in this process. */
export function extractSample(name: string): Promise<Extracted> {
  const content = readFileSync(join(packageRoot, 'samples', name));
  return extractFile({ content, name, ...whole }, limits);
}

export function extractContent(
  name: string,
  content: string | Uint8Array,
  overrides: Partial<ExtractionLimits> = {},
): Promise<Extracted> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return extractFile({ content: bytes, name, ...whole }, { ...limits, ...overrides });
}

/** A document inside this content. */
export function extractMember(
  name: string,
  content: string | Uint8Array,
  memberPath: string[],
  passwords: string[] = [],
): Promise<Extracted> {
  const bytes = Buffer.from(content as string);
  return extractFile({ content: bytes, name, memberPath, known: null, passwords }, limits);
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
