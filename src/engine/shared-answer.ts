import { claimContent } from '../db/cache-claims.ts';
import type { Database } from '../db/database.ts';
import { cachedResults } from '../db/texts.ts';
import type { Task } from './active-batch.ts';
import { outlastOutage } from './outage.ts';

/** Paid once: the answer that another document with the same content has got meanwhile; or `waitsForOther` is set. */
export async function sharedAnswer(db: Database, task: Task, contentSha256: string): Promise<unknown> {
  const { batch, item } = task;
  const { recipeId } = batch.view;
  const { documentId, epoch } = item;
  const claim = await claimContent(db, {
    recipeId,
    contentSha256,
    batchId: batch.batchId,
    documentId,
    epoch,
  });
  task.waitsForOther = claim === 'theirs';
  if (claim !== 'passed on') return undefined;
  return (await outlastOutage(() => cachedResults(db, recipeId, [contentSha256]))).get(contentSha256);
}
