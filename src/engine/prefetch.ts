import type { Database } from '../db/database.ts';
import { recordedAnswers } from '../db/provider-requests.ts';
import { cachedResults } from '../db/texts.ts';
import type { ActiveBatch, Task } from './active-batch.ts';
import { outlastOutage } from './outage.ts';

/** What is known of the contents of a whole chunk, in one question. */
export async function prefetchCache(db: Database, batch: ActiveBatch, tasks: readonly Task[]): Promise<void> {
  const hashes = tasks.flatMap(({ item }) => item.contentSha256 ?? []);
  const found = await outlastOutage(() => cachedResults(db, batch.view.recipeId, hashes));
  for (const task of tasks) task.cachedAnswer = found.get(task.item.contentSha256 ?? '');
}

/** What provider batches, or calls of earlier tries, have answered so far. */
export async function prefetchAnswers(
  db: Database,
  batch: ActiveBatch,
  tasks: readonly Task[],
): Promise<void> {
  const ids = tasks.map(({ item }) => item.documentId);
  const found = await outlastOutage(() => recordedAnswers(db, batch.batchId, ids));
  for (const task of tasks) task.recorded = found.get(task.item.documentId) ?? new Map();
}
