import { temporal } from './load.ts';

interface HistoryEvent {
  eventType: string;
  [attributes: string]: unknown;
}

export interface Run {
  runId: string;
  events: number;
  sizeBytes: number;
  largestPayloadBytes: number;
  /** Retries that were waiting when the run ended, and were let go for the next one. */
  retriesLetGo: number;
  continued: boolean;
}

/** Every run of a workflow's chain, oldest first. */
export async function chainOf(folder: string, workflowId: string): Promise<Run[]> {
  const runs = (await temporal(folder, 'workflow', 'list', '-q', `WorkflowId = "${workflowId}"`)) as {
    execution: { runId: string };
    startTime: string;
  }[];
  const ids = runs
    .sort((a, b) => a.startTime.localeCompare(b.startTime))
    .map(({ execution }) => execution.runId);
  return Promise.all(ids.map((runId) => readRun(folder, workflowId, runId)));
}

async function readRun(folder: string, workflowId: string, runId: string): Promise<Run> {
  const of = ['-w', workflowId, '-r', runId];
  const { events } = (await temporal(folder, 'workflow', 'show', ...of)) as { events: HistoryEvent[] };
  const described = (await temporal(folder, 'workflow', 'describe', ...of, '--raw')) as {
    workflowExecutionInfo: { historySizeBytes: string };
  };
  const count = (type: string) => events.filter(({ eventType }) => eventType === type).length;
  const lastScheduled = events.at(-1)?.eventType ?? '';
  return {
    runId,
    events: events.length,
    sizeBytes: Number(described.workflowExecutionInfo.historySizeBytes),
    largestPayloadBytes: largestPayload(events),
    retriesLetGo: count('EVENT_TYPE_TIMER_CANCELED') + cancelledDocuments(events),
    continued: lastScheduled === 'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
  };
}

function cancelledDocuments(events: readonly HistoryEvent[]): number {
  const names = new Map<string, string>();
  let cancelled = 0;
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes as
      { activityType: { name: string } } | undefined;
    if (scheduled !== undefined) names.set(String(event.eventId), scheduled.activityType.name);
    const end = event.activityTaskCanceledEventAttributes as { scheduledEventId: string } | undefined;
    if (end !== undefined && names.get(end.scheduledEventId) === 'processDocument') cancelled += 1;
  }
  return cancelled;
}

/** Payloads are objects with base64 `data`. `show -o json` prints them so; what it decodes is measured as it is printed. */
function largestPayload(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  const { data, metadata } = value as { data?: unknown; metadata?: unknown };
  if (typeof data === 'string' && metadata !== undefined) return Buffer.byteLength(data, 'base64');
  return Math.max(
    0,
    ...Object.entries(value).map(([key, field]) =>
      key === 'input' || key === 'result'
        ? Math.max(largestPayload(field), sizeOf(field))
        : largestPayload(field),
    ),
  );
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
