import type { Client } from '../../../src/client/connect.ts';
import { readSchedule, scheduleHandle, triggerSchedule } from '../../../src/client/schedules.ts';
import type { Database } from '../../../src/db/database.ts';
import { batchOfWorkflow, markDetached } from '../../../src/db/scheduled-runs.ts';
import { outsideParts } from '../../../src/dev/outside.ts';
import { shortId } from '../../../src/domain/ids.ts';
import { actorName } from '../../../src/actor.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { openSession } from '../../open-session.ts';
import { zonedTime } from '../../../src/domain/zoned-time.ts';
import { findSchedule } from './find.ts';

/** A worker takes a started run within a second; longer means that there is none. */
const BATCH_PATIENCE_MS = 20_000;

export function pause(context: CliContext, name: string, flags: { reason?: string }): Promise<number> {
  return setPaused(context, name, true, flags.reason);
}

export function unpause(context: CliContext, name: string, flags: { reason?: string }): Promise<number> {
  return setPaused(context, name, false, flags.reason);
}

async function setPaused(
  context: CliContext,
  name: string,
  wanted: boolean,
  reason: string | undefined,
): Promise<number> {
  const { client } = await openSession(context, { worker: false });
  const { paused, nextTimes, timeZone } = await findSchedule(context, client, name);
  const done = wanted ? 'paused' : 'active';
  if (paused === wanted && reason === undefined) {
    context.out(`Schedule ${name}: ${done} already; nothing changed`);
    return 0;
  }
  const note = `${wanted ? 'paused' : 'unpaused'} by ${actorName(context.env)}${reason === undefined ? '' : `: ${reason}`}`;
  const handle = scheduleHandle(client, name);
  await (wanted ? handle.pause(note) : handle.unpause(note));
  context.out(`Schedule ${name}: ${done}`);
  if (wanted) {
    context.err(
      `A run that has begun goes on. Fire again: ${commandLine(context.env, `schedule unpause ${name}`)}`,
    );
  } else if (nextTimes[0] !== undefined) {
    context.err(`It fires next at ${zonedTime(nextTimes[0], timeZone)} (${timeZone})`);
  }
  return 0;
}

export async function trigger(context: CliContext, name: string): Promise<number> {
  // Workers of an outside Temporal run elsewhere; ours must be there to make the batch.
  const isOurs = outsideParts(context.config(), context.env).temporal === null;
  const { db, client } = await openSession(context, { worker: isOurs });
  const schedule = await findSchedule(context, client, name);
  await triggerSchedule(client, schedule);
  const before = new Set(schedule.runs.map(({ workflowId }) => workflowId));
  const batch = await newBatch(db, client, name, before);
  if (batch === null) {
    context.out(`Schedule ${name}: triggered`);
    context.err(
      `No worker has taken it within ${BATCH_PATIENCE_MS / 1_000} s: ${commandLine(context.env, 'worker')} starts one.`,
    );
    return 0;
  }
  await markDetached(db, batch.id);
  context.out(`Schedule ${name}: batch ${shortId(batch.id)} (${batch.name}) started`);
  context.err(`Watch it with: ${commandLine(context.env, `monitor ${shortId(batch.id)}`)}`);
  return 0;
}

/** The batch of a run that Temporal has started since; null when none has come in time. */
async function newBatch(
  db: Database,
  client: Client,
  name: string,
  before: ReadonlySet<string>,
): Promise<{ id: string; name: string } | null> {
  const deadline = performance.now() + BATCH_PATIENCE_MS;
  for (;;) {
    const started = (await readSchedule(client, name))?.runs ?? [];
    for (const { workflowId } of started.filter((run) => !before.has(run.workflowId)).reverse()) {
      const batch = await batchOfWorkflow(db, workflowId);
      if (batch !== null) return batch;
    }
    if (performance.now() > deadline) return null;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function remove(context: CliContext, name: string): Promise<number> {
  const { client } = await openSession(context, { worker: false });
  await findSchedule(context, client, name);
  await scheduleHandle(client, name).delete();
  context.out(`Schedule ${name}: deleted; its batches stay, and one that is running goes on`);
  return 0;
}
