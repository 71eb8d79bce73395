import type { Client } from '@temporalio/client';
import type { Queryable } from '../db/database.ts';
import { readTaskQueue } from '../db/installation.ts';
import { batchWorkflowId, batchWorkflowType } from '../domain/ids.ts';
import type { BatchInput } from '../../workflows/batch.ts';
import { batchAttributes, withoutAttributesIfRefused } from './search-attributes.ts';

/** Starts the batch's workflow, or wakes the one that is open: safe to call again at any time. */
export async function startBatch(db: Queryable, client: Client, batchId: string): Promise<void> {
  const { rows } = await db.query<{ name: string; priority: number; workflowId: string | null }>(
    `SELECT batch_name AS name, (settings->>'priority')::int AS priority, workflow_id AS "workflowId"
     FROM processing_batches WHERE id = $1`,
    [batchId],
  );
  const batch = rows[0];
  if (batch === undefined) throw new Error(`Batch ${batchId} is not in the database`);
  const taskQueue = await readTaskQueue(db);
  await withoutAttributesIfRefused((withAttributes) =>
    client.workflow.signalWithStart(batchWorkflowType, {
      workflowId: batch.workflowId ?? batchWorkflowId(batchId),
      taskQueue,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowTaskTimeout: '10s',
      args: [{ batchId, searchAttributes: withAttributes } satisfies BatchInput],
      signal: 'wake',
      signalArgs: [],
      priority: { priorityKey: batch.priority },
      staticSummary: batch.name,
      ...(withAttributes ? { typedSearchAttributes: batchAttributes({ batchId, name: batch.name }) } : {}),
    }),
  );
}

/** Tells an open workflow that its row has changed, or that documents were `skipped`; false when there is none. */
export async function wakeBatch(
  client: Client,
  workflowId: string,
  signal: 'wake' | 'skipped' = 'wake',
): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).signal(signal);
    return true;
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return false;
    throw error;
  }
}
