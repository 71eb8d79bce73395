import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { ActiveBatch } from './active-batch.ts';

/**
 * One JSON file per finished document under `--out`, before its row is committed: what is committed is there. Written
 * beside its name and renamed, so that a kill leaves no partial file.
 */
export async function writeOutFiles(batch: ActiveBatch, outcomes: readonly Outcome[]): Promise<void> {
  const { outDir, outBase } = batch.view.settings;
  if (outDir === null) return;
  const uris = batch.uris;
  await Promise.all(
    outcomes.map(async (outcome) => {
      const uri = uris.get(outcome.documentId);
      if (uri === undefined || (outcome.state !== 'completed' && outcome.state !== 'failed')) return;
      const path = join(outDir, `${relativeName(uri, outBase ?? '/')}.json`);
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${outcome.epoch}.tmp`;
      await writeFile(temporary, `${JSON.stringify(describe(batch, outcome, uri), null, 2)}\n`);
      await rename(temporary, path);
    }),
  );
}

function relativeName(uri: string, base: string): string {
  const path = fileURLToPath(uri);
  const within = relative(base, path);
  return within.startsWith('..') || isAbsolute(within) ? path.slice(1) : within;
}

function describe(batch: ActiveBatch, outcome: Outcome, uri: string): object {
  const { state, failure, contentSha256 } = outcome;
  return {
    uri,
    documentId: outcome.documentId,
    batchId: batch.batchId,
    state,
    analyzer: batch.analyzer.name,
    contentSha256,
    ...(failure === null
      ? { result: outcome.result ?? null }
      : { class: failure.failureClass, code: failure.code, stage: failure.stage, message: failure.message }),
  };
}
