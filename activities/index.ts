import { Context } from '@temporalio/activity';
import { cancelRemaining, finishBatch } from '../src/db/batch-ends.ts';
import type { Database } from '../src/db/database.ts';
import { orderControl, readOrders, recordStatus } from '../src/db/orders.ts';
import { planPage } from '../src/db/planning.ts';
import { goneRetries } from '../src/db/retries.ts';
import type { Engine } from '../src/engine/engine.ts';
import { writeMissingOutFiles } from '../src/engine/out-files.ts';
import type { ProviderDriver } from '../src/engine/provider-driver.ts';
import type { SummaryDeps } from '../src/engine/summarize-batch.ts';
import { discoverLate } from '../src/intake/discover-late.ts';
import { prepareScheduledBatch } from '../src/intake/scheduled-batch.ts';
import { driveProvider } from './drive-provider.ts';
import { toRetryableFailure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import { processChunk } from './process-chunk.ts';
import { processDocument } from './process-document.ts';
import { summarizeBatch } from './summarize-batch.ts';
import { takeRetries } from './take-retries.ts';
import type { BatchActivities, ControlActivities } from './types.ts';

export interface ActivityDeps {
  db: Database;
  engine: Engine;
  provider: ProviderDriver;
  summaries: SummaryDeps;
}

/** The activities of both task queues. */
export function createActivities({ db, engine, provider, summaries }: ActivityDeps): {
  batch: BatchActivities;
  control: ControlActivities;
} {
  return {
    batch: {
      processChunk: (chunk) => processChunk(engine, chunk),
      processDocument: (document) => processDocument(engine, document),
    },
    control: {
      prepareScheduledBatch: (start) => beating(() => prepareScheduledBatch(db, start)),
      planPage: ({ batchId }) =>
        beating(async () => {
          await discoverLate(db, batchId, Context.current().cancellationSignal);
          return planPage(db, batchId);
        }),
      readOrders: ({ batchId }) => beating(() => readOrders(db, batchId)),
      takeRetries: (request) => beating(() => takeRetries(db, request)),
      findGoneRetries: ({ batchId, documentIds }) => beating(() => goneRetries(db, batchId, documentIds)),
      recordStatus: (change) => beating(() => recordStatus(db, change)),
      orderControl: (order) =>
        beating(async () => {
          await orderControl(db, order);
        }),
      cancelRemaining: ({ batchId }) =>
        beating(async () => {
          await writeMissingOutFiles(db, batchId);
          return cancelRemaining(db, batchId);
        }),
      finishBatch: ({ batchId }) =>
        beating(async () => {
          await writeMissingOutFiles(db, batchId);
          return finishBatch(db, batchId);
        }),
      summarizeBatch: (batch) => beating(() => summarizeBatch(summaries, batch)),
      driveProvider: (round) => beating(() => driveProvider(provider, round)),
    },
  };
}

/** With a heartbeat, however short: a worker that was frozen or killed with it in hand is noticed in seconds. */
async function beating<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await withHeartbeat(work);
  } catch (error) {
    throw toRetryableFailure(error);
  }
}
