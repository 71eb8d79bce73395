import type {
  Client,
  ScheduleHandle,
  ScheduleOptions,
  ScheduleOptionsAction,
  ScheduleOverlapPolicy,
  ScheduleSummary,
} from '@temporalio/client';
import type { Priority } from '@temporalio/common';
import { freeSecondInMs } from '../domain/free-second.ts';
import { batchWorkflowType, scheduleWorkflowId } from '../domain/ids.ts';
import type { OverlapPolicy, SchedulePolicies } from '../domain/schedule-policies.ts';
import { overlapPolicies } from '../domain/schedule-policies.ts';
import type { ScheduledBatch } from '../domain/scheduled-batch.ts';
import type { BatchInput } from '../../workflows/batch.ts';
import { batchAttributes, withoutAttributesIfRefused } from './search-attributes.ts';

/** What the user wrote; Temporal compiles it away, so it is kept in the schedule's memo, which also marks it as ours. */
interface Memo {
  docbatch: { cron: string; timeZone: string };
}

export interface NewSchedule {
  name: string;
  cron: string;
  batch: ScheduledBatch;
  policies: SchedulePolicies;
  taskQueue: string;
}

/** One run as Temporal started it; its batch's row has the same workflow id. */
export interface ScheduledRun {
  workflowId: string;
  scheduledAt: Date;
  startedAt: Date;
}

export interface ScheduleHead {
  name: string;
  cron: string;
  timeZone: string;
  paused: boolean;
  /** Why it is paused, or who unpaused it. */
  note: string | null;
  /** The next ones, at most ten; Temporal's own reckoning. */
  nextTimes: Date[];
  /** The last ones, oldest first. */
  runs: ScheduledRun[];
}

export interface ScheduleDetail extends ScheduleHead {
  createdAt: Date;
  policies: SchedulePolicies;
  /** A run that the schedule waits for is going on. */
  isRunning: boolean;
  batch: ScheduledBatch;
  taken: number;
  skippedForOverlap: number;
  missedCatchUp: number;
}

/** Temporal does not take the schedule: its cron expression or its zone means nothing to the server. */
export class ScheduleRefused extends Error {
  override readonly name = 'ScheduleRefused';
}

/** False: there is a schedule of this name already. */
export async function createSchedule(client: Client, schedule: NewSchedule): Promise<boolean> {
  try {
    await withoutAttributesIfRefused((known) => client.schedule.create(optionsOf(schedule, known)));
    return true;
  } catch (error) {
    if ((error as Error).name === 'ScheduleAlreadyRunning') return false;
    if (error instanceof TypeError) throw new ScheduleRefused(error.message, { cause: error });
    throw error;
  }
}

function optionsOf(
  { name, cron, batch, policies, taskQueue }: NewSchedule,
  knowsAttributes: boolean,
): ScheduleOptions {
  const { priority } = batch.settings;
  const action: ScheduleOptionsAction & { priority: Priority } = {
    type: 'startWorkflow',
    workflowType: batchWorkflowType,
    workflowId: scheduleWorkflowId(name),
    taskQueue,
    workflowTaskTimeout: '10s',
    args: [{ schedule: batch, searchAttributes: knowsAttributes } satisfies BatchInput],
    staticSummary: `schedule ${name}`,
    // Sent by the SDK and obeyed by the server, but missing in the SDK's type of a schedule's action.
    priority: { priorityKey: priority },
    ...(knowsAttributes ? { typedSearchAttributes: batchAttributes({ name }) } : {}),
  };
  return {
    scheduleId: name,
    spec: { cronExpressions: [cron], timezone: batch.timeZone },
    action,
    policies: {
      overlap: temporalOverlap[policies.overlap],
      catchupWindow: policies.catchUpMs,
      pauseOnFailure: policies.pauseOnFailure,
    },
    memo: { docbatch: { cron, timeZone: batch.timeZone } } satisfies Memo,
  };
}

/** Those that docbatch made, by name; a namespace may hold others. */
export async function listSchedules(client: Client): Promise<ScheduleHead[]> {
  const heads: ScheduleHead[] = [];
  for await (const summary of client.schedule.list()) {
    if (isOurs(summary)) heads.push(headOf(summary));
  }
  return heads.sort((a, b) => a.name.localeCompare(b.name));
}

/** Null: there is none of this name, or it is not ours. */
export async function readSchedule(client: Client, name: string): Promise<ScheduleDetail | null> {
  try {
    const found = await client.schedule.getHandle(name).describe();
    if (!isOurs(found)) return null;
    const { policies, info, action } = found;
    const input = action.args?.[0] as BatchInput | undefined;
    return {
      ...headOf(found),
      createdAt: info.createdAt,
      policies: {
        overlap: overlapOf(policies.overlap),
        catchUpMs: policies.catchupWindow,
        pauseOnFailure: policies.pauseOnFailure,
      },
      isRunning: info.runningActions.length > 0,
      batch: input?.schedule as ScheduledBatch,
      taken: info.numActionsTaken,
      skippedForOverlap: info.numActionsSkippedOverlap,
      missedCatchUp: info.numActionsMissedCatchupWindow,
    };
  } catch (error) {
    if ((error as Error).name === 'ScheduleNotFoundError') return null;
    throw error;
  }
}

/**
 * Starts one run at once, whatever the policy says. A run that overlaps is not watched by its schedule: its failure
 * pauses nothing. So the others are buffered, for the moment in which Temporal has not seen yet that the last one ended.
 */
export async function triggerSchedule(
  client: Client,
  { name, isRunning, runs, nextTimes }: ScheduleDetail,
): Promise<void> {
  const taken = [...runs.map(({ scheduledAt }) => scheduledAt), ...nextTimes].map(Number);
  // Temporal would silently drop a run whose id is taken.
  await new Promise((resolve) => setTimeout(resolve, freeSecondInMs(Date.now(), taken)));
  await client.schedule.getHandle(name).trigger(isRunning ? 'ALLOW_ALL' : 'BUFFER_ONE');
}

/** For `pause`, `unpause`, `delete`, once `readSchedule` has found it. */
export function scheduleHandle(client: Client, name: string): ScheduleHandle {
  return client.schedule.getHandle(name);
}

function isOurs(found: Pick<ScheduleSummary, 'memo'>): boolean {
  return found.memo?.docbatch !== undefined;
}

function headOf({ scheduleId, memo, state, info }: ScheduleSummary): ScheduleHead {
  const { cron, timeZone } = (memo as unknown as Memo).docbatch;
  return {
    name: scheduleId,
    cron,
    timeZone,
    paused: state.paused,
    note: state.note === undefined || state.note === '' ? null : state.note,
    nextTimes: info.nextActionTimes,
    runs: info.recentActions.map(({ action, scheduledAt, takenAt }) => ({
      workflowId: action.workflow.workflowId,
      scheduledAt,
      startedAt: takenAt,
    })),
  };
}

const temporalOverlap: Record<OverlapPolicy, ScheduleOverlapPolicy> = {
  skip: 'SKIP',
  'buffer-one': 'BUFFER_ONE',
  'buffer-all': 'BUFFER_ALL',
  'cancel-other': 'CANCEL_OTHER',
  'terminate-other': 'TERMINATE_OTHER',
  'allow-all': 'ALLOW_ALL',
};

function overlapOf(policy: ScheduleOverlapPolicy): OverlapPolicy {
  return overlapPolicies.find((known) => temporalOverlap[known] === policy) ?? 'skip';
}
