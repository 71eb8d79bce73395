// The failure budget: 100 documents, the 11 permanently bad ones first.
import { check } from './check.ts';
import { createScene, repeatedCalls } from './scene.ts';

const PARALLEL = Number(process.env.PARALLEL ?? 5);
const DELAY_MS = Number(process.env.DELAY_MS ?? 200);
const COUNT = 100;
const BAD = 11;
let isMended = false;
const wrongRequest = { status: 400, body: { error: { message: 'temperature: not supported' } } };
const number = (name: string) => Number(/(\d+)\.txt$/.exec(name)?.[1]);
const scene = await createScene((name, nth) => {
  const isBad = name.startsWith('flaky') ? nth === 1 && number(name) % 2 === 0 : number(name) <= BAD;
  if (name.startsWith('wrong')) return { delayMs: DELAY_MS, ...(isMended ? {} : wrongRequest) };
  const status = isBad ? (name.startsWith('flaky') ? 503 : 422) : 200;
  return { delayMs: DELAY_MS, status };
});
const { cli } = scene;

async function halts(
  name: string,
  limit: string,
  most: number | undefined,
  ...args: string[]
): Promise<void> {
  const running = await scene.process(
    name,
    COUNT,
    '--parallel',
    String(PARALLEL),
    '--max-failures',
    limit,
    ...args,
  );
  const { exitCode } = await running.done;
  const started = new Set(scene.calls(name).map(({ document }) => document)).size;
  const { status, reason, detail, counts } = await scene.status(name);
  const label = `${name} (${limit}${args.length > 0 ? ` ${args.join(' ')}` : ''})`;
  check(
    `${label} halts with exit 3`,
    exitCode === 3 && status === 'halted' && reason === 'failure_budget',
    exitCode,
  );
  const done = counts.completed! + counts.failed!;
  if (most !== undefined) check(`${label}: at most ${most} started`, started <= most, started);
  check(`${label}: the rest is pending`, counts.pending === COUNT - done && done <= started, counts);
  const report = (await cli('report', name, '--format', 'md')).stdout;
  check(
    `${label}: the report says why`,
    report.includes('failure_budget') && report.includes('documents failed'),
    detail,
  );
}

function startedAfterTheLastBad(name: string): number {
  const calls = scene.calls(name);
  const bad = calls.filter((call) => number(call.name) <= BAD);
  const answeredAtMs = Math.max(...bad.map(({ endedAtMs }) => endedAtMs));
  return calls.filter(({ startedAtMs }) => startedAtMs > answeredAtMs).length;
}

async function goesOn(name: string): Promise<void> {
  await cli('set', name, '--max-failures', '20%');
  const { exitCode, stdout } = await cli('resume', name, '--json');
  const { counts } = JSON.parse(stdout) as { counts: Record<string, number> };
  check(
    `${name}: set 20% and resume, exit 2`,
    exitCode === 2 && counts.failed === BAD && counts.completed === COUNT - BAD,
    counts,
  );
  check(
    `${name}: nothing was called twice`,
    repeatedCalls(scene.calls(name)) === 0,
    repeatedCalls(scene.calls(name)),
  );
}

try {
  await halts('count', '10', BAD + PARALLEL);
  await goesOn('count');
  await halts('percent', '10%', BAD + PARALLEL);
  await goesOn('percent');
  await halts('none', '0', 1 + PARALLEL);
  const again = await cli('resume', 'none');
  check('resume within the same budget halts at the next failure', again.exitCode === 3, again.exitCode);
  await cli('set', 'none', '--max-failures', '100%');
  check('resume ends', (await cli('resume', 'none')).exitCode === 2, (await scene.status('none')).counts);
  await halts('zero', '0%', 1 + PARALLEL);
  await halts('now', '10', BAD + PARALLEL, '--halt', 'now');
  const aborted = await scene.items('now');
  check(
    'halt now: what was aborted has no attempt',
    aborted.every(({ state, attempts }) => state !== 'pending' || attempts === 0),
    '',
  );

  const flaky = await scene.process(
    'flaky',
    COUNT,
    '--max-failures',
    '0',
    '--parallel',
    '10',
    '--retry-delay',
    '200ms',
  );
  check(
    'retried and then ok never counts',
    (await flaky.done).exitCode === 0,
    (await scene.status('flaky')).counts,
  );

  const lowered = await scene.process('lowered', COUNT, '--parallel', '2', '--max-failures', '50');
  while (scene.calls('lowered').length < BAD + 4) await new Promise((resolve) => setTimeout(resolve, 20));
  await cli('set', 'lowered', '--max-failures', '3');
  check(
    'a limit lowered below what has failed halts',
    (await lowered.done).exitCode === 3,
    (await scene.status('lowered')).detail,
  );

  const wrong = await scene.process('wrong', COUNT);
  check('all answered 400 alike: exit 3', (await wrong.done).exitCode === 3, await scene.row('wrong'));
  const { reason, counts } = await scene.status('wrong');
  check('no document is blamed', reason === 'systematic_refusal' && counts.failed === 0, counts);
  isMended = true;
  const mended = await cli('resume', 'wrong');
  check('mended and resumed: exit 0', mended.exitCode === 0, (await scene.status('wrong')).counts);

  // Each has chunks of its own, so that good ones are worked on beside the bad; what counts is what begins too late.
  const second = await scene.worker();
  await halts('two-workers', '10', undefined, '-b', '5');
  const late = startedAfterTheLastBad('two-workers');
  check(`two workers: at most ${PARALLEL} begin after the answer that is too many`, late <= PARALLEL, late);
  second.kill('SIGTERM');
} finally {
  await scene.remove();
}
