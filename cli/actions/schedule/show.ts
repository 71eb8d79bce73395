import type { ScheduleDetail } from '../../../src/client/schedules.ts';
import type { ScheduledRunRow } from '../../../src/db/scheduled-runs.ts';
import { scheduledRuns } from '../../../src/db/scheduled-runs.ts';
import { shortId } from '../../../src/domain/ids.ts';
import { formatDuration } from '../../../src/domain/progress.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { openSession } from '../../open-session.ts';
import { zonedTime } from '../../../src/domain/zoned-time.ts';
import { describeRun, describeSettings, describeWhat } from './describe.ts';
import { findSchedule } from './find.ts';

const NEXT_TIMES = 5;

const LAST_RUNS = 10;

export async function show(context: CliContext, name: string, flags: { json?: boolean }): Promise<number> {
  const { db, client, webUiUrl } = await openSession(context, { worker: false });
  const schedule = await findSchedule(context, client, name);
  const runs = await scheduledRuns(db, [name], LAST_RUNS);
  const withoutBatch = schedule.runs.filter(
    (run) => runs.every(({ workflowId }) => workflowId !== run.workflowId) && isNewer(run.scheduledAt, runs),
  );
  const nextTimes = schedule.paused ? [] : schedule.nextTimes.slice(0, NEXT_TIMES);
  if (flags.json === true) {
    context.out(JSON.stringify({ ...schedule, nextTimes, runs, withoutBatch }, null, 2));
    return 0;
  }
  const line = (label: string, text: string) => context.out(`${label.padEnd(10)}${text}`);
  line('Schedule', `${name}: ${schedule.paused ? 'paused' : 'active'}`);
  if (schedule.note !== null) line(schedule.paused ? 'Because' : 'Note', schedule.note);
  line('When', `${schedule.cron} (${schedule.timeZone})`);
  nextTimes.forEach((time, index) => line(index === 0 ? 'Next' : '', zonedTime(time, schedule.timeZone)));
  if (nextTimes.length === 0) line('Next', schedule.paused ? 'not before it is unpaused' : 'never again');
  line('What', describeWhat(schedule.batch));
  const settings = describeSettings(schedule.batch);
  if (settings !== '') line('Settings', settings);
  line('Policies', policiesOf(schedule));
  line(
    'Runs',
    `${schedule.taken} started, ${schedule.skippedForOverlap} skipped while another ran, ${schedule.missedCatchUp} missed`,
  );
  for (const run of withoutBatch.reverse()) context.out(`  no batch yet (${run.workflowId})`);
  for (const run of runs) context.out(`  ${describeRun(run)}`);
  if (webUiUrl !== null) context.err(`Web UI: ${webUiUrl}`);
  hints(context, schedule, runs);
  return 0;
}

/** Rows beyond the last ten are not looked at; an older run is none that lacks its batch. */
function isNewer(scheduledAt: Date, runs: readonly ScheduledRunRow[]): boolean {
  const oldest = runs.at(-1);
  return runs.length < LAST_RUNS || oldest === undefined || scheduledAt > oldest.scheduledAt;
}

function policiesOf({ policies: { overlap, catchUpMs, pauseOnFailure } }: ScheduleDetail): string {
  const failure = pauseOnFailure ? 'paused by a run that fails' : 'goes on after a run that fails';
  return `overlap ${overlap}; catches up within ${formatDuration(catchUpMs)}; ${failure}`;
}

function hints(
  context: CliContext,
  { name, paused }: ScheduleDetail,
  runs: readonly ScheduledRunRow[],
): void {
  const hint = (what: string, command: string) =>
    context.err(`${what.padEnd(16)}${commandLine(context.env, command)}`);
  for (const run of runs) if (run.status === 'halted') hint('Go on:', `resume ${shortId(run.id)}`);
  if (paused) hint('Unpause:', `schedule unpause ${name}`);
  hint('Run it now:', `schedule trigger ${name}`);
}
