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
import type { FailureClass } from '../../src/domain/failure.ts';

export const recipe = {
  analyzer: 'local',
  analyzerKey: 'local/1',
  profile: null,
  model: null,
  parameters: {},
};

/** A batch of `count` documents of its own, that no file backs; nothing is planned. */
export async function unplannedBatch(
  db: Database,
  count: number,
  settings: Partial<BatchSettings> = {},
): Promise<string> {
  const id = randomUUID();
  const documents = Array.from({ length: count }, (_, index) => ({
    uri: `file:///${id}/${index}.txt`,
    name: `${index}.txt`,
    sourceRoot: '/',
    sizeBytes: 1,
    mimeType: null,
    modifiedAt: new Date(0),
    contentSha256: `${id}${index}`,
  }));
  const { ids } = await registerDocuments(db, documents);
  await listCandidates(db, id, ids, 0);
  await insertBatch(db, {
    id,
    name: id,
    recipeId: await saveRecipe(db, recipe),
    settings: { ...defaultSettings, ...settings },
    detached: false,
    origin: 'cli',
    actor: 'test',
  });
  return id;
}

/** The same, planned. */
export async function newBatch(
  db: Database,
  count: number,
  settings: Partial<BatchSettings> = {},
): Promise<string> {
  const batchId = await unplannedBatch(db, count, settings);
  while (!(await planPage(db, batchId)).planned);
  return batchId;
}

/** Items of a chunk, as a worker holds them that has begun. */
export async function claimed(db: Database, batchId: string, chunkNo = 1): Promise<ClaimedItem[]> {
  const items = await claimChunk(db, batchId, chunkNo);
  await markStarted(db, batchId, items);
  return items;
}

export function commit(db: Database, batchId: string, outcomes: readonly Outcome[]) {
  return commitOutcomes(db, { batchId, analyzer: 'local', isBilled: false }, outcomes);
}

export function failure(failureClass: FailureClass, code: string, message = 'no', context: object = {}) {
  return { failureClass, code, stage: 'analyze', message, context: { ...context } };
}

/** A completed outcome of this item, changed by `given`. */
export function outcome(item: ClaimedItem, given: Partial<Outcome> = {}): Outcome {
  return {
    documentId: item.documentId,
    epoch: item.epoch,
    controlSeq: 1_000,
    from: 'processing',
    state: 'completed',
    failure: null,
    nextAttemptMs: null,
    durationMs: 1,
    cached: false,
    contentSha256: item.contentSha256,
    mimeType: null,
    sizeBytes: null,
    result: 1,
    text: null,
    children: [],
    calls: 0,
    callsOk: 0,
    isRetry: false,
    paid: [],
    lostNanoUsd: 0,
    requests: [],
    kept: [],
    ...given,
  };
}

export function failed(item: ClaimedItem, code = 'corrupt'): Outcome {
  return outcome(item, { state: 'failed', result: undefined, failure: failure('permanent', code) });
}
