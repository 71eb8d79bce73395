import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { batchWorkflowType } from '../domain/ids.ts';

export interface HistoriesGone {
  count: number;
  sizeBytes: number;
  /** Why Temporal does not let us; null when it does. */
  refusal: string | null;
}

export interface HistoriesWanted {
  before: Date;
  /** Which of these workflows' batches have ended: others of the namespace are not ours. */
  ended(workflowIds: readonly string[]): Promise<Set<string>>;
  /** Only counts. */
  dryRun: boolean;
}

const GROUP = 200;

/** Deletes the closed runs of ended batches from Temporal, where it allows that. */
export async function deleteHistories(client: Client, wanted: HistoriesWanted): Promise<HistoriesGone> {
  const gone: HistoriesGone = { count: 0, sizeBytes: 0, refusal: null };
  const query = `WorkflowType = '${batchWorkflowType}' AND ExecutionStatus != 'Running' AND CloseTime < '${wanted.before.toISOString()}'`;
  let group: Run[] = [];
  try {
    for await (const { workflowId, runId, historySize } of client.workflow.list({ query })) {
      group.push({ workflowId, runId, sizeBytes: historySize ?? 0 });
      if (group.length < GROUP) continue;
      await deleteGroup(client, wanted, group, gone);
      group = [];
    }
    await deleteGroup(client, wanted, group, gone);
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    gone.refusal = error.details;
  }
  return gone;
}

interface Run {
  workflowId: string;
  runId: string;
  sizeBytes: number;
}

async function deleteGroup(
  client: Client,
  { ended, dryRun }: HistoriesWanted,
  group: readonly Run[],
  gone: HistoriesGone,
): Promise<void> {
  const ours = await ended(group.map(({ workflowId }) => workflowId));
  for (const { workflowId, runId, sizeBytes } of group) {
    if (!ours.has(workflowId)) continue;
    if (!dryRun) {
      const { namespace } = client.options;
      await client.workflowService.deleteWorkflowExecution({
        namespace,
        workflowExecution: { workflowId, runId },
      });
    }
    gone.count += 1;
    gone.sizeBytes += sizeBytes;
  }
}
