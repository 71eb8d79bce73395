// A schedule for every minute: a batch a minute, trigger, pause, delete, a killed server; and priority 1 behind priority 5.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Database } from '../src/db/database.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, killPart, lookInto, until, writeTexts } from './check.ts';

const MINUTE_MS = 60_000;
const project = await projectFolder();
const model = await startModelServer(() => ({ delayMs: 50 }));
const cli = async (...args: string[]) => {
  const result = await runCli(project.folder, ...args);
  if (result.exitCode !== 0)
    process.stdout.write(`${args.join(' ')}: ${result.exitCode}\n${result.stderr}\n`);
  return result;
};
try {
  await writeTexts(join(project.folder, 'docs'), 3);
  await writeTexts(join(project.folder, 'many'), 3_000);
  await writeTexts(join(project.folder, 'few'), 50);
  await cli('up');
  const db = await lookInto(project.folder);
  try {
    await schedule(db);
    await priority(db);
    await stops(db);
  } finally {
    await db.close();
  }
} finally {
  await model.close();
  await project.remove();
}

interface Run {
  id: string;
  name: string;
  status: string;
  workflowId: string;
  scheduledAt: Date;
  createdAt: Date;
  total: number;
}

async function runs(db: Database): Promise<Run[]> {
  const { rows } = await db.query<Run>(
    `SELECT id, batch_name AS name, status, workflow_id AS "workflowId", scheduled_at AS "scheduledAt", created_at AS "createdAt", total_items AS total
     FROM processing_batches WHERE schedule_name = 'minutely' ORDER BY scheduled_at`,
  );
  return rows;
}

function minuteOf(time: Date | number): number {
  return Math.floor(Number(time) / MINUTE_MS);
}

async function schedule(db: Database): Promise<void> {
  // Not at the end of a minute, so that the first one is whole.
  await until('a minute has begun', () => Date.now() % MINUTE_MS < 30_000, MINUTE_MS);
  const from = minuteOf(Date.now()) + 1;
  const made = await cli(
    ...['schedule', 'create', 'minutely', 'docs', '--cron', '* * * * *', '--tz', 'Europe/Berlin'],
    ...['--analyzer', model.url, '--rerun', 'all', '--no-cache', '--priority', '2'],
  );
  check('created, and says when schedules fire', /only while/.test(made.stderr), made.stdout.trim());
  const again = await runCli(project.folder, 'schedule', 'create', 'minutely', 'docs', '--cron', '0 2 * * *');
  check(
    'a second one of this name is refused',
    again.exitCode === 1 && again.stderr.includes('schedule delete minutely'),
    again.stderr.trim(),
  );

  await until('two minutes', async () => (await runs(db)).length >= 2, 3 * MINUTE_MS);
  const triggeredAt = Date.now();
  const { stdout } = await cli('schedule', 'trigger', 'minutely');
  const triggered = (await runs(db)).find(({ name }) => stdout.includes(`(${name})`));
  const afterMs = Number(triggered?.createdAt ?? Infinity) - triggeredAt;
  check('trigger makes one at once', afterMs > 0 && afterMs < 10_000, `${afterMs} ms: ${stdout.trim()}`);

  await killPart(project.folder, 'temporal');
  const killedAt = minuteOf(Date.now());
  await until(
    'a minute after the kill',
    async () => (await due(db)).some((run) => minuteOf(run.scheduledAt) > killedAt),
    3 * MINUTE_MS,
  );
  await until('all ended', async () =>
    (await runs(db)).every(({ status }) => status.startsWith('completed')),
  );
  const fired = await due(db);
  const minutes = fired.map((run) => minuteOf(run.scheduledAt) - from);
  check(
    'one batch a minute, also over a kill -9 of the server',
    isEachOnce(minutes) && minutes.length >= 3,
    minutes,
  );
  check(
    'each named by its time in its zone',
    fired.every(isNamedByTime),
    fired.map(({ name }) => name),
  );
  await checkPriorities(fired.at(-1)!.workflowId, 2);
  check(
    'each with its documents',
    fired.every(({ total }) => total === 3),
    fired.map(({ total }) => total),
  );
  check(
    'none is late',
    fired.every((run) => Number(run.createdAt) - Number(run.scheduledAt) < 30_000),
    fired.map((run) => `${Number(run.createdAt) - Number(run.scheduledAt)} ms`),
  );
}

/** Those that the clock made. */
async function due(db: Database): Promise<Run[]> {
  return (await runs(db)).filter(({ scheduledAt }) => Number(scheduledAt) % MINUTE_MS === 0);
}

function isEachOnce(minutes: number[]): boolean {
  return minutes.every((minute, index) => minute === index);
}

function isNamedByTime({ name, scheduledAt }: Run): boolean {
  const local = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Berlin',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const [date, time] = local.format(scheduledAt).split(' ') as [string, string];
  return name === `minutely-${date}-${time.replace(':', '')}`;
}

/** Paused meanwhile: the minutes that pass here must bring no batch. */
async function priority(db: Database): Promise<void> {
  await cli('schedule', 'pause', 'minutely', '--reason', 'acceptance');
  const pausedAt = minuteOf(Date.now());
  const before = (await runs(db)).length;

  const flags = ['--analyzer', model.url, '--parallel', '64', '--no-cache'];
  const many = await cli('process', 'many', ...flags, '--priority', '5', '--detach', '--name', 'many');
  await until(
    'the many have begun',
    () => model.calls.filter(({ batch }) => batch === many.stdout.trim()).length > 300,
  );
  await checkPriorities(`batch:${many.stdout.trim()}`, 5);
  const few = await cli('process', 'few', ...flags, '--priority', '1', '--name', 'few', '--json');
  const { rows } = await db.query<{ open: number }>(
    `SELECT COUNT(*)::int AS open FROM batch_items i JOIN processing_batches b ON b.id = i.batch_id
     WHERE b.batch_name = 'many' AND (i.finished_at IS NULL OR i.finished_at > (SELECT completed_at FROM processing_batches WHERE batch_name = 'few'))`,
  );
  const { counts } = JSON.parse(few.stdout) as { counts: { completed: number } };
  check(
    'the few end first, all 50',
    counts.completed === 50 && rows[0]!.open > 0,
    `${rows[0]!.open} of 3000 still open`,
  );
  await checkPassedBy(db);
  await cli('wait', 'many');

  await until(
    'a minute boundary while paused',
    () => Date.now() > (pausedAt + 1) * MINUTE_MS + 10_000,
    2 * MINUTE_MS,
  );
  check('paused: no batch', (await runs(db)).length === before, (await runs(db)).length - before);
}

/** What the other side saw: from the first of the few to the last of them, hardly any other document began. */
function checkPassedBy(db: Database): Promise<void> {
  return db
    .query<{ id: string }>(`SELECT id FROM processing_batches WHERE batch_name = 'few'`)
    .then(({ rows }) => {
      const mine = model.calls
        .map(({ batch }, index) => ({ batch, index }))
        .filter(({ batch }) => batch === rows[0]!.id);
      const span = mine.at(-1)!.index - mine[0]!.index + 1;
      check('the few go before the many', span <= 150, `50 calls within ${span}`);
    });
}

/** Temporal's own view of a running workflow, and of its pending activities: what they do not have they inherit. */
async function checkPriorities(workflowId: string, wanted: number): Promise<void> {
  const { ports } = JSON.parse(await readFile(join(project.folder, '.docbatch/stack.json'), 'utf8')) as {
    ports: { temporal: number };
  };
  const connection = await Connection.connect({ address: `127.0.0.1:${ports.temporal}` });
  try {
    const { raw } = await new Client({ connection }).workflow.getHandle(workflowId).describe();
    const ofWorkflow = raw.workflowExecutionInfo?.priority?.priorityKey;
    const ofActivities = (raw.pendingActivities ?? []).map(
      ({ priority: own }) => own?.priorityKey || ofWorkflow,
    );
    check(
      `Temporal's priority is ${wanted}`,
      ofWorkflow === wanted && ofActivities.every((key) => key === wanted),
      { ofWorkflow, pendingActivities: ofActivities.length },
    );
  } finally {
    await connection.close();
  }
}

async function stops(db: Database): Promise<void> {
  await cli('schedule', 'unpause', 'minutely');
  await cli('schedule', 'delete', 'minutely');
  const before = (await runs(db)).length;
  const deletedAt = minuteOf(Date.now());
  await until(
    'a minute boundary after delete',
    () => Date.now() > (deletedAt + 1) * MINUTE_MS + 10_000,
    2 * MINUTE_MS,
  );
  check('deleted: no batch', (await runs(db)).length === before, (await runs(db)).length - before);
  const gone = await runCli(project.folder, 'schedule', 'show', 'minutely');
  check('deleted: not shown', gone.exitCode === 1 && gone.stderr.includes('minutely'), gone.stderr.trim());
}
