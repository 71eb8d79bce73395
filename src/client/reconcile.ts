import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import { claimOpenBatches, markTerminated, openBatches } from '../db/reconcile.ts';
import { startBatch, wakeBatch } from './start-batch.ts';

const GONE = new Set(['TERMINATED', 'TIMED_OUT', 'FAILED', 'CANCELLED', 'COMPLETED', 'CANCELED']);

/**
 * Compares open rows with their workflows: a row without a live workflow becomes `terminated` (resumable), one that was
 * never started is started, an order that the workflow has not heard of is signalled again. Safe to run anywhere at any
 * time; workers, which run it all the time, take `turns`.
 */
export async function reconcile(db: Database, client: Client, turns?: 'turns'): Promise<void> {
  for (const batch of await (turns === undefined ? openBatches(db) : claimOpenBatches(db))) {
    const state = await workflowState(client, batch.workflowId);
    if (state === 'RUNNING') {
      if (batch.isUnheard) await wakeBatch(client, batch.workflowId);
    } else if (state === null && batch.status === 'pending') {
      await startBatch(db, client, batch.id);
    } else if (state === null || GONE.has(state)) {
      const why = state === null ? 'its workflow is gone' : `its workflow is ${state.toLowerCase()}`;
      await markTerminated(db, batch, why);
    }
  }
}

/** Null: Temporal does not know the workflow (any more). */
async function workflowState(client: Client, workflowId: string): Promise<string | null> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name === 'CONTINUED_AS_NEW' ? 'RUNNING' : status.name;
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return null;
    throw error;
  }
}
