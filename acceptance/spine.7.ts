// Pause, cancel and live settings, seen by the callee; two batches over workers that join, leave, freeze and die.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check, killPart, until } from './check.ts';
import { killEverything } from './processes.ts';
import { createScene, repeatedCalls, runParts } from './scene.ts';

const DELAY_MS = Number(process.env.DELAY_MS ?? 500);
const LOAD_DELAY_MS = Number(process.env.LOAD_DELAY_MS ?? 1_000);
const FIFTY = Number(process.env.FIFTY ?? 2_600);
const SECOND = 1_000;
const scene = await createScene((name) => ({
  delayMs: name.startsWith('fi') ? LOAD_DELAY_MS : DELAY_MS,
}));
const { cli, model } = scene;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const begunAfter = (name: string, fromMs: number, toMs = Infinity) =>
  scene.calls(name).filter((call) => call.startedAtMs > fromMs && call.startedAtMs < toMs).length;

async function pauseSurvives(): Promise<void> {
  const running = await scene.process('pause', 60, '--parallel', '5');
  await until('calls', () => scene.calls('pause').length >= 12);
  const paused = await cli('pause', 'pause', '--reason', 'lunch');
  const quietFrom = Date.now() + 2 * SECOND;
  check(
    'pause, twice',
    paused.exitCode === 0 && (await cli('pause', 'pause')).exitCode === 0,
    paused.stdout.trim(),
  );
  check(
    'process ends with 130',
    (await running.done).exitCode === 130,
    (await running.done).stderr.slice(-80),
  );
  const begun = scene.calls('pause').length;
  const atRest = await scene.status('pause');
  check(
    'what was in flight is finished',
    atRest.counts.completed === begun && atRest.counts.processing === 0,
    atRest.counts,
  );
  const order = atRest.events.find(({ event }) => event === 'paused');
  check('the reason is kept with who and when', order?.reason === 'lunch' && order.actor !== '', order);
  await cli('down');
  await cli('up');
  check('paused after down and up', (await scene.status('pause')).status === 'paused', '');
  killEverything(scene.folder);
  await cli('up');
  await pause(6 * SECOND);
  const after = await scene.status('pause');
  check(
    'paused after kill -9 of everything',
    after.status === 'paused' && after.detail === 'lunch',
    after.detail,
  );
  const quietTo = Date.now();
  const [resumed, again] = await Promise.all([
    cli('resume', 'pause'),
    until('it runs again', () => begunAfter('pause', quietTo) > 0).then(() => cli('resume', 'pause')),
  ]);
  check('resume, twice', resumed.exitCode === 0 && again.exitCode === 0, [resumed.exitCode, again.exitCode]);
  check(
    'no call from 2 s after pause until resume',
    begunAfter('pause', quietFrom, quietTo) === 0,
    begunAfter('pause', quietFrom, quietTo),
  );
  check('each document called once', scene.calls('pause').length === 60, scene.calls('pause').length);
}

async function pauseNow(): Promise<void> {
  const running = await scene.process('abort', 30, '--parallel', '5');
  await until('calls', () => scene.calls('abort').length >= 8);
  await cli('pause', 'abort', '--now');
  await running.done;
  const items = await scene.items('abort');
  const { counts } = await scene.status('abort');
  check(
    'pause --now puts back what was in flight, without an attempt',
    counts.processing === 0 && items.every((item) => item.attempts === (item.state === 'completed' ? 1 : 0)),
    counts,
  );
  check('resume finishes them', (await cli('resume', 'abort')).exitCode === 0, scene.calls('abort').length);
  check(
    'at most 5 were called again',
    repeatedCalls(scene.calls('abort')) <= 5,
    repeatedCalls(scene.calls('abort')),
  );
}

async function cancelTwice(): Promise<void> {
  const running = await scene.process('cancel', 40, '--parallel', '5');
  await until('calls', () => scene.calls('cancel').length >= 8);
  const first = await cli('cancel', 'cancel', '--reason', 'wrong folder');
  const quietFrom = Date.now() + 2 * SECOND;
  const second = await cli('cancel', 'cancel');
  const ended = await running.done;
  await pause(3 * SECOND);
  const { status, counts, detail } = await scene.status('cancel');
  check(
    'cancel, twice',
    first.exitCode === 0 && second.exitCode === 0,
    first.stdout.trim() + second.stdout.trim(),
  );
  check('cancelled, exit 4', status === 'cancelled' && ended.exitCode === 4 && detail === 'wrong folder', {
    ...counts,
    detail,
  });
  check(
    'no call from 2 s after cancel',
    begunAfter('cancel', quietFrom) === 0,
    begunAfter('cancel', quietFrom),
  );
  check(
    'what was in flight is finished',
    counts.completed === scene.calls('cancel').length,
    counts.completed,
  );
}

async function settings(): Promise<void> {
  const running = await scene.process('set', 140, '--parallel', '8');
  const batch = async () => (await scene.row('set')).id;
  await until('calls', () => scene.calls('set').length >= 16);
  await cli('set', 'set', '--parallel', '2');
  const lowered = Date.now();
  await pause(8 * SECOND);
  const low = model.peakInFlight(await batch(), lowered + 5 * SECOND, Date.now());
  check('set --parallel 2 within 5 s', low === 2, low);
  await cli('set', 'set', '--parallel', '12');
  const raised = Date.now();
  await until('12 at once', async () => model.peakInFlight(await batch(), raised) === 12);
  check('set --parallel 12 within 5 s', Date.now() - raised <= 5 * SECOND, `${Date.now() - raised} ms`);
  check('it ends well', (await running.done).exitCode === 0, model.peakInFlight(await batch(), raised));
}

async function twoWorkers(): Promise<void> {
  const started = Date.now();
  const fifty = await scene.process('fifty', FIFTY, '--parallel', '50');
  const five = await scene.process('five', Math.ceil(FIFTY / 10), '--parallel', '5');
  const [big, small] = [async () => (await scene.row('fifty')).id, async () => (await scene.row('five')).id];
  const called = (share: number) =>
    until(`${share} of the calls`, () => scene.calls('fifty').length >= share * FIFTY, 240_000);
  const used = async (from: number) => {
    const [a, b] = [model.peakInFlight(await big(), from), model.peakInFlight(await small(), from)];
    return { fifty: a, five: b };
  };
  const repeated = () => repeatedCalls([...scene.calls('fifty'), ...scene.calls('five')]);
  const say = async (what: string, from = started) =>
    check(what, true, { ...(await used(from)), repeated: repeated() });
  await called(0.1);
  await say('one worker, at most at once');
  const second = await scene.worker();
  await called(0.25);
  const joined = Date.now();
  await called(0.4);
  const both = await used(joined);
  check('two workers use the slots', both.fifty >= 45 && both.five >= 4, both);
  const embedded = Number(await readFile(join(scene.folder, '.docbatch/worker.pid'), 'utf8'));
  process.kill(embedded, 'SIGSTOP');
  await pause(8 * SECOND);
  process.kill(embedded, 'SIGCONT');
  await called(0.6);
  await say('the first worker was frozen for 8 s');
  second.kill('SIGTERM');
  const third = await scene.worker();
  await called(0.75);
  await say('the second left, a third joined');
  await killPart(scene.folder, 'worker');
  await called(0.8);
  await say('the first was killed');
  third.kill('SIGSTOP');
  await pause(3 * SECOND);
  third.kill('SIGCONT');
  await called(0.87);
  await say('the third was frozen for 3 s');
  third.kill('SIGKILL');
  const ends = await Promise.all([fifty.done, five.done]);
  check(
    'both end well',
    ends.every(({ exitCode }) => exitCode === 0),
    ends.map(({ exitCode }) => exitCode),
  );
  const most = await used(started);
  check('never more than 50 and 5 at once', most.fifty <= 50 && most.five <= 5, most);
  check(
    'repeated: at most what was in flight at two kills and two freezes',
    repeated() <= 4 * 55,
    repeated(),
  );
}

await runParts(scene, { pauseSurvives, pauseNow, cancelTwice, settings, twoWorkers });
