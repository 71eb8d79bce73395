import type { Client } from '../../../src/client/connect.ts';
import type { ScheduleDetail } from '../../../src/client/schedules.ts';
import { listSchedules, readSchedule } from '../../../src/client/schedules.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../context.ts';

/** The schedule that the user named, or an error that names those that are there. */
export async function findSchedule(
  context: CliContext,
  client: Client,
  name: string,
): Promise<ScheduleDetail> {
  const found = await readSchedule(client, name);
  if (found !== null) return found;
  const names = (await listSchedules(client)).map((schedule) => schedule.name);
  throw new CliError(`No schedule is called \`${name}\``, {
    why: names.length === 0 ? 'there is none yet' : `there are ${names.slice(0, 10).join(', ')}`,
    next: commandLine(
      context.env,
      names.length === 0 ? `schedule create ${name} ./documents --cron '0 2 * * *'` : 'schedule list',
    ),
  });
}
