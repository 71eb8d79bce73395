import { workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

const scheduledStartKey = defineSearchAttributeKey(
  'TemporalScheduledStartTime',
  SearchAttributeType.DATETIME,
);

/** The time that the schedule meant, however late it fired; also after a backfill. */
export function scheduledTime(): Date {
  const { typedSearchAttributes, workflowId, startTime } = workflowInfo();
  const suffix = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.exec(workflowId)?.[0];
  return (
    typedSearchAttributes.get(scheduledStartKey) ?? (suffix === undefined ? startTime : new Date(suffix))
  );
}
