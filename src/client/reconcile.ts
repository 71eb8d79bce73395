import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import type { OpenBatch } from '../db/reconcile.ts';
import { claimOpenBatches, markTerminated, openBatches } from '../db/reconcile.ts';
import { recordStalled, whyStalled } from '../db/stalled.ts';
import { startBatch, wakeBatch } from './start-batch.ts';

const GONE = new Set(['TERMINATED', 'TIMED_OUT', 'FAILED', 'CANCELLED', 'COMPLETED', 'CANCELED']);

/** So often in a row a worker failed to run the workflow itself: no accident any more. */
const FAILED_TASKS = 2;

/**
 * Compares open rows with their workflows: a row without a live workflow becomes `terminated` (resumable), one that was
 * never started, or not again, is started, an order that the workflow has not heard of is signalled again, and one in
 * which nothing moves is marked stalled until it moves again. Safe to run anywhere at any time; workers, which run it
 * all the time, take `turns`.
 */
export async function reconcile(db: Database, client: Client, turns?: 'turns'): Promise<void> {
  for (const batch of await (turns === undefined ? openBatches(db) : claimOpenBatches(db))) {
    await reconcileOne(db, client, batch);
  }
}

async function reconcileOne(db: Database, client: Client, batch: OpenBatch): Promise<void> {
  const { status, failedTasks } = await workflowState(client, batch.workflowId);
  if (status === 'RUNNING') {
    if (batch.isUnheard) await wakeBatch(client, batch.workflowId);
    const reason =
      failedTasks < FAILED_TASKS
        ? await whyStalled(db, batch.id)
        : `its workflow fails in the worker, ${failedTasks} times so far; look at \`docbatch logs worker\``;
    if (reason !== null || batch.stalled) await recordStalled(db, batch, reason);
  } else if (mustStart(batch, status)) {
    await startBatch(db, client, batch.id);
  } else if (status === null || GONE.has(status)) {
    const why = status === null ? 'its workflow is gone' : `its workflow is ${status.toLowerCase()}`;
    await markTerminated(db, batch, why);
  }
}

/** Never started, or ordered to run again after its workflow had ended. */
function mustStart(batch: OpenBatch, workflowStatus: string | null): boolean {
  if (workflowStatus === null) return batch.status === 'pending';
  return workflowStatus === 'COMPLETED' && batch.status === 'processing' && batch.isUnheard;
}

interface WorkflowState {
  /** Null: Temporal does not know the workflow (any more). */
  status: string | null;
  failedTasks: number;
}

async function workflowState(client: Client, workflowId: string): Promise<WorkflowState> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId).describe();
    return {
      status: status.name === 'CONTINUED_AS_NEW' ? 'RUNNING' : status.name,
      failedTasks: (raw.pendingWorkflowTask?.attempt ?? 1) - 1,
    };
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return { status: null, failedTasks: 0 };
    throw error;
  }
}
