import type { ScheduleHead } from '../../../src/client/schedules.ts';
import { listSchedules } from '../../../src/client/schedules.ts';
import { scheduledRuns } from '../../../src/db/scheduled-runs.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { openSession } from '../../open-session.ts';
import { zonedTime } from '../../../src/domain/zoned-time.ts';

export async function list(context: CliContext, flags: { json?: boolean }): Promise<number> {
  const { db, client } = await openSession(context, { worker: false });
  const heads = await listSchedules(client);
  const runs = await scheduledRuns(
    db,
    heads.map(({ name }) => name),
    1,
  );
  const rows = heads.map((head) => ({
    head,
    last: runs.find(({ schedule }) => schedule === head.name) ?? null,
  }));
  if (flags.json === true) {
    const asJson = rows.map(({ head: { name, cron, timeZone, paused, note, nextTimes }, last }) => {
      const nextAt = paused ? null : (nextTimes[0] ?? null);
      return { name, cron, timeZone, paused, note, nextAt, last };
    });
    context.out(JSON.stringify(asJson, null, 2));
    return 0;
  }
  if (rows.length === 0) {
    context.out('There is no schedule yet.');
    context.err(
      `Make one: ${commandLine(context.env, `schedule create nightly ./documents --cron '0 2 * * *'`)}`,
    );
  }
  const widths = [
    Math.max(0, ...heads.map(({ name }) => name.length)),
    Math.max(0, ...heads.map((head) => when(head).length)),
  ] as const;
  for (const { head, last } of rows) {
    const lastRun =
      last === null
        ? 'no run yet'
        : `last ${last.status}, ${last.completed}/${last.total} done, ${last.failed} failed`;
    context.out(
      `${head.name.padEnd(widths[0])}  ${when(head).padEnd(widths[1])}  ${next(head).padEnd(21)}  ${lastRun}`,
    );
  }
  return 0;
}

function when({ cron, timeZone }: ScheduleHead): string {
  return `${cron} (${timeZone})`;
}

function next({ paused, nextTimes, timeZone }: ScheduleHead): string {
  if (paused) return 'paused';
  return nextTimes[0] === undefined ? 'never again' : `next ${zonedTime(nextTimes[0], timeZone)}`;
}
