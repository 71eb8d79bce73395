import { randomUUID } from 'node:crypto';
import { insertBatch } from '../../src/db/batches.ts';
import { listCandidates } from '../../src/db/candidates.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import { claimChunk, markStarted } from '../../src/db/claims.ts';
import type { Outcome } from '../../src/db/commit-outcomes.ts';
import { commitOutcomes } from '../../src/db/commit-outcomes.ts';
import type { Database } from '../../src/db/database.ts';
import { registerDocuments } from '../../src/db/documents.ts';
import { planPage } from '../../src/db/planning.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import type { BatchSettings } from '../../src/domain/batch.ts';
import { defaultSettings } from '../../src/domain/batch.ts';

export const recipe = {
  analyzer: 'local',
  analyzerKey: 'local/1',
  profile: null,
  model: null,
  parameters: {},
};

/** Registers `count` documents that no file backs; their uris begin with `prefix`. */
export async function newDocuments(db: Database, count: number, prefix: string): Promise<string[]> {
  const documents = Array.from({ length: count }, (_, index) => ({
    uri: `file:///${prefix}/${index}`,
    name: String(index),
    sourceRoot: '/',
    sizeBytes: 1,
    mimeType: null,
    modifiedAt: new Date(0),
    contentSha256: `${prefix}${index}`,
  }));
  return (await registerDocuments(db, documents)).ids;
}

/** The row and the candidates of a batch over these documents; nothing is planned. */
export async function unplannedBatch(
  db: Database,
  documentIds: readonly string[],
  settings: Partial<BatchSettings> = {},
  batchId: string = randomUUID(),
): Promise<string> {
  await listCandidates(db, batchId, documentIds, 0);
  await insertBatch(db, {
    id: batchId,
    name: batchId,
    recipeId: await saveRecipe(db, recipe),
    detached: false,
    origin: 'cli',
    actor: 'test',
    settings: { ...defaultSettings, ...settings },
  });
  return batchId;
}

/** A planned batch of `count` documents of its own. */
export async function newBatch(
  db: Database,
  count: number,
  settings: Partial<BatchSettings> = {},
): Promise<string> {
  const batchId = randomUUID();
  await unplannedBatch(db, await newDocuments(db, count, batchId), settings, batchId);
  await planPage(db, batchId);
  return batchId;
}

/** Items of the first chunk (or `chunkNo`), as a worker holds them that has begun. */
export async function claimed(db: Database, batchId: string, chunkNo = 1): Promise<ClaimedItem[]> {
  const items = await claimChunk(db, batchId, chunkNo);
  await markStarted(db, batchId, items);
  return items;
}

export function commit(db: Database, batchId: string, outcomes: readonly Outcome[], generation = 0) {
  return commitOutcomes(db, { batchId, generation, analyzer: 'local' }, outcomes);
}

export function failure(failureClass: 'transient' | 'permanent' | 'critical', code: string, message = 'no') {
  return { failureClass, code, stage: 'analyze', message, context: {} };
}

export function outcome(item: ClaimedItem, given: Partial<Outcome>): Outcome {
  return {
    documentId: item.documentId,
    epoch: item.epoch,
    from: 'processing',
    state: 'completed',
    failure: null,
    nextAttemptMs: null,
    durationMs: 1,
    cached: false,
    contentSha256: item.contentSha256,
    mimeType: null,
    sizeBytes: null,
    result: undefined,
    text: null,
    calls: 0,
    callsOk: 0,
    isRetry: false,
    ...given,
  };
}
