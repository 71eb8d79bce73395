import { Context } from '@temporalio/activity';
import type { SummaryDeps } from '../src/engine/summarize-batch.ts';
import { summarizeBatch as tryToSummarize } from '../src/engine/summarize-batch.ts';
import { waiting } from './failures.ts';
import type { BatchRef } from './types.ts';

/** One try. To wait is to fail, as in `driveProvider`. */
export async function summarizeBatch(summaries: SummaryDeps, { batchId }: BatchRef): Promise<void> {
  const { waitMs, waitsFor } = await tryToSummarize(summaries, batchId, Context.current().cancellationSignal);
  if (waitMs !== null) throw waiting(waitsFor, waitMs);
}
