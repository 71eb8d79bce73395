import { randomUUID } from 'node:crypto';
import { insertBatch } from '../../src/db/batches.ts';
import { listCandidates } from '../../src/db/candidates.ts';
import type { ClaimedItem } from '../../src/db/claims.ts';
import type { Outcome } from '../../src/db/commit-outcomes.ts';
import type { Database } from '../../src/db/database.ts';
import { registerDocuments } from '../../src/db/documents.ts';
import { saveRecipe } from '../../src/db/recipes.ts';
import type { BatchSettings } from '../../src/domain/batch.ts';
import { defaultSettings } from '../../src/domain/batch.ts';

/** A batch of `count` documents that is not planned yet. */
export async function insertedBatch(
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
  const recipe = { analyzer: 'local', analyzerKey: 'local/1', profile: null, model: null, parameters: {} };
  await insertBatch(db, {
    ...{
      id,
      name: id,
      recipeId: await saveRecipe(db, recipe),
      settings: { ...defaultSettings, ...settings },
    },
    ...{ detached: false, origin: 'cli', actor: 'test' },
  });
  return id;
}

/** A completed outcome of this item, changed by `given`. */
export function outcomeOf(item: ClaimedItem, given: Partial<Outcome> = {}): Outcome {
  return {
    ...{ documentId: item.documentId, epoch: item.epoch, from: 'processing', state: 'completed' },
    ...{
      failure: null,
      nextAttemptMs: null,
      durationMs: 1,
      cached: false,
      contentSha256: item.contentSha256,
    },
    ...{ mimeType: null, sizeBytes: null, result: 1, text: null, calls: 0, callsOk: 0, isRetry: false },
    ...given,
  };
}

export function failedOutcome(item: ClaimedItem, code = 'corrupt'): Outcome {
  const failure = { failureClass: 'permanent' as const, code, stage: 'analyze', message: 'no', context: {} };
  return outcomeOf(item, { state: 'failed', result: undefined, failure });
}
