// 97 good + 3 failed in one chunk: `retry` runs exactly these 3, and the history is kept.
import { check, until } from './check.ts';
import { createScene } from './scene.ts';

const DELAY_MS = Number(process.env.DELAY_MS ?? 100);
const COUNT = 100;
// Two are bad for good until their third call, one is transient until its sixth (4 tries in the first run).
const BAD = ['007', '042', '099'].map((end) => new RegExp(`00${end}\\.txt$`));
const scene = await createScene((name, nth) => {
  const which = BAD.findIndex((pattern) => pattern.test(name));
  if (name.startsWith('slow') && which === 0) return { delayMs: nth === 1 ? 4_000 : 1_500 };
  const isBad = which === 2 ? nth < 6 : which >= 0 && nth < 3;
  return {
    delayMs: /^(live|cancelled)/.test(name) ? 4 * DELAY_MS : DELAY_MS,
    status: isBad ? (which === 2 ? 503 : 422) : 200,
  };
});
const { cli } = scene;
const isBad = (name: string) => BAD.some((pattern) => pattern.test(name));

async function finishTimes(name: string): Promise<Map<string, number>> {
  const good = (await scene.items(name)).filter((item) => !isBad(item.name));
  return new Map(good.map((item) => [item.name, item.finishedAt?.getTime() ?? 0]));
}

/** Runs `retry` and checks which documents it called. */
async function retries(args: string[], expected: number, exitCode: number): Promise<void> {
  const before = scene.calls('run').length;
  const ended = await cli('retry', 'run', ...args);
  const called = scene.calls('run').slice(before);
  const names = new Set(called.map(({ name }) => name));
  check(
    `retry ${args.join(' ')}`,
    ended.exitCode === exitCode && names.size === expected && [...names].every(isBad),
    `exit ${ended.exitCode}, ${called.length} calls of ${[...names].join(' ')}`,
  );
}

async function errors(name: string): Promise<{ document: string; attempt: number; type: string }[]> {
  const { rows } = await scene.sql<{ document: string; attempt: number; type: string }>(
    `SELECT d.name AS document, e.attempt, e.error_type AS type FROM processing_errors e
     JOIN file_document d ON d.id = e.document_id JOIN processing_batches b ON b.id = e.batch_id
     WHERE b.batch_name = $1 ORDER BY d.name, e.attempt`,
    [name],
  );
  return rows;
}

try {
  const first = await scene.process('run', COUNT, '-b', '100', '--retry-delay', '200ms');
  check('97 completed, 3 failed', (await first.done).exitCode === 2, (await scene.status('run')).counts);
  const before = await finishTimes('run');
  const errorsBefore = await errors('run');
  const calls = scene.calls('run').length;
  const dry = await cli('retry', 'run', '--dry-run');
  check(
    '--dry-run says 3 and calls none',
    /\b3\b/.test(dry.stdout) && scene.calls('run').length === calls,
    dry.stdout.trim(),
  );
  check(
    'a code that nobody has: exit 0',
    (await cli('retry', 'run', '--only', 'type=empty')).exitCode === 0,
    '',
  );
  await retries(['--match', '*-00042.txt'], 1, 2);
  await retries(['--only', 'permanent'], 2, 2);
  await retries(['--only', 'transient', '--retries', '0'], 1, 2);
  await retries(['--timeout', '90s'], 2, 0);
  check(
    'nothing left to retry: exit 0',
    (await cli('retry', 'run')).exitCode === 0,
    (await cli('retry', 'run')).stdout.trim(),
  );
  const after = await finishTimes('run');
  const changed = [...before].filter(([name, at]) => after.get(name) !== at).length;
  check(
    'the finish times of the 97 are unchanged',
    before.size === 97 && changed === 0,
    `${changed} changed`,
  );
  const errorsAfter = await errors('run');
  const kept = errorsBefore.every((old) =>
    errorsAfter.some((row) => row.document === old.document && row.attempt === old.attempt),
  );
  check(
    'the attempt history is kept and goes on',
    kept && errorsAfter.length > errorsBefore.length,
    errorsAfter.map(({ document, attempt }) => `${document.slice(-9, -4)}/${attempt}`).join(' '),
  );
  const items = (await scene.items('run')).filter((item) => isBad(item.name));
  check(
    'settings are recorded per item',
    items.filter(({ settings }) => settings !== null).length === 2,
    items.map(({ name, attempts, settings }) => ({ name, attempts, settings })),
  );
  const { rows } = await scene.sql<{ timeout: number }>(
    `SELECT (settings->>'timeoutMs')::int AS timeout FROM processing_batches WHERE batch_name = 'run'`,
  );
  check("the batch's own settings stay", rows[0]?.timeout === 600_000, rows[0]?.timeout);

  const slow = await scene.process('slow', 20, '--timeout', '1s', '--retries', '0');
  await slow.done;
  check(
    'a short --timeout fails one',
    (await scene.status('slow')).counts.failed === 1,
    (await scene.status('slow')).counts,
  );
  check(
    'retry with a longer one completes it',
    (await cli('retry', 'slow', '--timeout', '20s')).exitCode === 0,
    '',
  );

  const live = await scene.process('live', 200, '--parallel', '5', '-b', '20');
  await until('one failed', async () => (await scene.items('live')).some(({ state }) => state === 'failed'));
  const joined = await cli('retry', 'live', '--detach', '--only', 'permanent');
  const atOrder = scene.calls('live').length;
  await live.done;
  const calledAgain = scene.calls('live').filter(({ name }) => BAD[0]!.test(name)).length;
  check(
    'retry while it runs joins the batch, behind what was planned',
    joined.exitCode === 0 && atOrder < 200 && calledAgain === 2,
    `ordered after ${atOrder} calls, called ${calledAgain} times`,
  );
  const twice = scene.calls('live').filter(({ name }) => !isBad(name)).length;
  check('nothing else was called twice', twice === 197, twice);

  const cancelled = await scene.process('cancelled', 60, '--parallel', '5');
  await until('calls', () => scene.calls('cancelled').length >= 20);
  await cli('cancel', 'cancelled');
  await cancelled.done;
  const done = (await scene.status('cancelled')).counts;
  const again = await cli('retry', 'cancelled');
  check('retry on a cancelled batch takes up the rest', again.exitCode === 2, {
    before: done,
    after: (await scene.status('cancelled')).counts,
  });
  const called = new Set(
    scene
      .calls('cancelled')
      .filter(({ name }) => !isBad(name))
      .map(({ document }) => document),
  ).size;
  check(
    'each good one was called once',
    called === scene.calls('cancelled').filter(({ name }) => !isBad(name)).length,
    called,
  );
} finally {
  await scene.remove();
}
