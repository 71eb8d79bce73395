import { cpus } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SampleDocument, Sampled } from '../src/db/estimate-rows.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import { formatRange } from '../src/domain/progress.ts';
import { withPasswords } from '../src/sandbox/with-passwords.ts';
import { readPasswords } from '../src/sandbox/read-passwords.ts';
import type { Sandbox } from '../src/sandbox/pool.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { sandboxOptions } from '../src/sandbox/sandbox-options.ts';
import type { CliContext } from './context.ts';

export interface OcrEstimate {
  /** Pages and images without text. */
  pages: number;
  lowMs: number;
  highMs: number;
}

/** A page of text takes between these on one core; empty ones less, dense ones more. */
const PAGE_MS = { low: 700, high: 4_000 };
const TIMEOUT_MS = 60_000;

/** How long OCR will take: the pages without text of a sample, extrapolated by type. Nothing is read by OCR for it. */
export async function estimateOcr(
  context: CliContext,
  { sample, groups }: Sampled,
  passwordsFile: string | null,
): Promise<OcrEstimate> {
  const { limits, passwordsFile: oursFile, projectDir } = context.config();
  const options = { ...sandboxOptions(limits), passwords: readPasswords(oursFile, projectDir) };
  const sandbox = createSandbox(options);
  const seen = new Map<string, { documents: number; pages: number }>();
  const waiting = [...sample];
  try {
    const lanes = Array.from({ length: Math.max(2, cpus().length) }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const pages = await pagesWithoutText({ sandbox, passwordsFile }, next, context.interrupted);
        const type = seen.get(next.type) ?? { documents: 0, pages: 0 };
        seen.set(next.type, { documents: type.documents + 1, pages: type.pages + pages });
      }
    });
    await Promise.all(lanes);
  } finally {
    await sandbox.close();
  }
  const pages = groups.reduce((sum, { type, documents }) => {
    const of = seen.get(type);
    return sum + (of === undefined ? 0 : (of.pages * documents) / of.documents);
  }, 0);
  const perProcess = pages / options.processes;
  return {
    pages: Math.round(pages),
    lowMs: Math.round(perProcess * PAGE_MS.low),
    highMs: Math.round(perProcess * PAGE_MS.high),
  };
}

/** `OCR: about 31 pages and images without text, 11 s to 62 s on this machine`. */
export function describeOcr({ pages, lowMs, highMs }: OcrEstimate): string {
  if (pages === 0) return 'OCR: no page or image without text';
  const time = formatRange({ from: lowMs, to: highMs });
  return `OCR: about ${pages} pages and images without text, ${time} on one machine like this`;
}

async function pagesWithoutText(
  { sandbox, passwordsFile }: { sandbox: Sandbox; passwordsFile: string | null },
  document: SampleDocument,
  signal: AbortSignal,
): Promise<number> {
  const path = fileURLToPath(document.containerUri ?? document.uri);
  const file = { path, name: basename(path), memberPath: document.memberPath ?? [], timeoutMs: TIMEOUT_MS };
  try {
    const { extraction } = await withPasswords(
      (passwords) => sandbox.extract({ ...file, passwords, known: null }, signal),
      passwordsFile,
    );
    return extraction?.parts.filter(({ isPicture }) => isPicture === true).length ?? 0;
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    return 0;
  }
}
