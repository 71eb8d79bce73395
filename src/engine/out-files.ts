import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Fence } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { ActiveBatch } from './active-batch.ts';
import type { Pending } from './committer.ts';
import { outlastOutage } from './outage.ts';

/**
 * One JSON file per finished document under `--out`, before its row is committed: what is committed is there. Written
 * beside its name and renamed only while the item is still ours, so that a kill leaves no partial file and a worker that
 * woke up too late replaces nothing.
 */
export async function writeOutFiles(
  batch: ActiveBatch,
  group: readonly Pending[],
  stillOurs: (fences: readonly Fence[]) => Promise<Set<string>>,
): Promise<void> {
  const { outDir, outBase } = batch.view.settings;
  if (outDir === null) return;
  const finished = group.filter(({ outcome }) => outcome.state === 'completed' || outcome.state === 'failed');
  if (finished.length === 0) return;
  const files = finished.map(({ uri, containerUri = null, outcome }) => ({
    outcome,
    path: join(
      outDir,
      `${fileName({ uri, containerUri, documentId: outcome.documentId }, outBase ?? '/')}.json`,
    ),
    text: `${JSON.stringify(describe(batch, outcome, uri), null, 2)}\n`,
  }));
  await Promise.all(files.map(writeBeside));
  const ours = await outlastOutage(() => stillOurs(finished.map(({ outcome }) => outcome)));
  await Promise.all(
    files.map(({ outcome, path }) => {
      const temporary = temporaryPath(path, outcome.epoch);
      if (!ours.has(outcome.documentId)) return rm(temporary, { force: true });
      return rename(temporary, path).catch((error: unknown) => {
        // A newer claim removed it: the commit will say so too.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      });
    }),
  );
}

async function writeBeside({ outcome, path, text }: { outcome: Outcome; path: string; text: string }) {
  await mkdir(dirname(path), { recursive: true });
  // What a killed worker left of an earlier try; claims are few, so the numbers are small.
  for (let epoch = 1; epoch < outcome.epoch; epoch++) await rm(temporaryPath(path, epoch), { force: true });
  await writeFile(temporaryPath(path, outcome.epoch), text);
}

/** Hidden, so that `*.json` never finds a half-written one. */
function temporaryPath(path: string, epoch: number): string {
  return join(dirname(path), `.${basename(path)}.${epoch}.tmp`);
}

/** A document inside another lies beside it under its id: names from inside a document never become paths. */
function fileName(
  { uri, containerUri, documentId }: { uri: string; containerUri: string | null; documentId: string },
  base: string,
): string {
  return containerUri === null
    ? relativeName(uri, base)
    : `${relativeName(containerUri, base)}!/${documentId}`;
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
