// The source folder goes away in the middle; the analyzer fails for everyone, hangs, asks for patience.
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../src/db/database.ts';
import type { ModelAnswer, ModelServer } from '../test/support/model-server.ts';
import { startModelServer } from '../test/support/model-server.ts';
import type { RunningCli } from '../test/support/run-cli.ts';
import { runCli, startCli } from '../test/support/run-cli.ts';
import { check, until, writeTexts } from './check.ts';
import { account, mostAtOnce, onStage } from './load.ts';
import type { Stage } from './load.ts';

const wanted = process.argv.slice(2);
const parts: Record<string, () => Promise<void>> = {
  source: sourceGone,
  outage: () => outage('fails for 20 s, two workers', { forMs: 20_000, patient: false }),
  patience: () => outage('answers 429 with retry-after for 8 s', { forMs: 8_000, patient: true }),
  long: () => outage('fails for 80 s: chunks are handed back', { forMs: 80_000, patient: false }),
  hang: hangs,
  pause: pausedAtGate,
  kill: killedProbe,
};
for (const [name, play] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await play();
}

async function sourceGone(): Promise<void> {
  const model = await startModelServer(() => ({ delayMs: 200 }));
  await onStage('The source folder is renamed in the middle', async ({ folder, db }) => {
    await writeTexts(join(folder, 'docs'), 200);
    const running = startCli(folder, ['process', 'docs', '--analyzer', model.url]);
    await until('calls', () => model.calls.length >= 50);
    await rename(join(folder, 'docs'), join(folder, 'elsewhere'));
    const halted = await running.done;
    const { status, reason, failed, completed, attempts } = await account(db);
    check('halted with source_gone', halted.exitCode === 3 && reason === 'source_gone', { status, reason });
    check('no item blamed, no attempt charged', failed === 0 && attempts === completed, {
      failed,
      completed,
      attempts,
    });
    await rename(join(folder, 'elsewhere'), join(folder, 'docs'));
    const resumed = await runCli(folder, 'resume', 'last');
    const after = await account(db);
    check(
      'resume completes all',
      resumed.exitCode === 0 && after.completed === 200 && after.attempts === 200,
      after,
    );
    check('no call repeated', model.calls.length === 200, model.calls.length);
  });
  await model.close();
}

/** Fails every call for a while, with two workers; the ledger and the rows say what happened at the gate. */
async function outage(title: string, { forMs, patient }: { forMs: number; patient: boolean }): Promise<void> {
  let failsFromMs = Infinity;
  const count = 400;
  const model = await startModelServer(({ startedAtMs }, _nth): ModelAnswer => {
    if (model.calls.length === 100) failsFromMs = startedAtMs;
    if (startedAtMs < failsFromMs || startedAtMs > failsFromMs + forMs) return { delayMs: 30 };
    return patient
      ? { delayMs: 30, status: 429, headers: { 'retry-after': '3' } }
      : { delayMs: 30, status: 503 };
  });
  await onStage(`An analyzer that ${title}`, async (stage) => {
    await stage.startWorker();
    const { gate, running } = await untilGateClosed(stage, model, count);
    const { exitCode, stderr } = await running.done;
    check('ends with 0', exitCode === 0, exitCode === 0 ? '' : stderr.slice(-400));
    await gate.stop();
    const { completed, failed } = await account(stage.db);
    check('all items complete', completed === count && failed === 0, { completed, failed });
    checkGate(model, gate.spans);
    const charged = await chargedWhileClosed(stage.db, gate.spans);
    check('no attempt charged while it is closed', charged === 0, charged);
    if (!patient) return;
    const [span] = gate.spans;
    const first = model.calls.find(({ startedAtMs }) => startedAtMs > span!.closedAtMs + 100);
    const waitedMs = (first?.startedAtMs ?? 0) - span!.closedAtMs;
    check('the first probe heeds retry-after', waitedMs >= 2_900, `${waitedMs} ms`);
  });
  await model.close();
}

async function hangs(): Promise<void> {
  const model = await startModelServer((_call, nth) => ({
    delayMs: nth === 1 && model.calls.length < 60 ? 60_000 : 20,
  }));
  await onStage('An analyzer that hangs on the first 60 calls, --timeout 2s', async ({ folder, db }) => {
    await writeTexts(join(folder, 'docs'), 150);
    const { exitCode } = await runCli(
      folder,
      'process',
      'docs',
      '--analyzer',
      model.url,
      '-p',
      '10',
      '--timeout',
      '2s',
    );
    const { completed, failed, attempts } = await account(db);
    check('all items complete', exitCode === 0 && completed === 150, {
      exitCode,
      completed,
      failed,
      attempts,
    });
  });
  await model.close();
}

async function pausedAtGate(): Promise<void> {
  let isMended = false;
  const isDown = () => !isMended && model.calls.length >= 60;
  const model = await startModelServer(() => ({ delayMs: 20, status: isDown() ? 503 : 200 }));
  await onStage('A pause while the gate is closed', async (stage) => {
    const { folder, db } = stage;
    const { gate, running } = await untilGateClosed(stage, model, 300);
    check('pause', (await runCli(folder, 'pause', 'last')).exitCode === 0, '');
    const pausedAtMs = Date.now();
    check('the command ends with 130', (await running.done).exitCode === 130, '');
    await until('8 s of pause', () => Date.now() > pausedAtMs + 8_000);
    const { calls } = mostAtOnce(model, pausedAtMs + 2_000, Date.now());
    check('no call, not even a probe, while paused', calls === 0, calls);
    isMended = true;
    const resumed = await runCli(folder, 'resume', 'last');
    await gate.stop();
    const { completed, failed } = await account(db);
    check('resume completes all', resumed.exitCode === 0 && completed === 300 && failed === 0, {
      completed,
      failed,
    });
    check('the gate is open again', (await closedGates(db)).length === 0, '');
  });
  await model.close();
}

async function killedProbe(): Promise<void> {
  let phase: 'working' | 'down' | 'hanging' | 'mended' = 'working';
  const model = await startModelServer(() => {
    if (phase === 'working' && model.calls.length >= 60) phase = 'down';
    return { delayMs: phase === 'hanging' ? 600_000 : 20, status: phase === 'down' ? 503 : 200 };
  });
  await onStage('The worker that probes is killed', async (stage) => {
    const { db } = stage;
    await stage.startWorker();
    const { gate, running } = await untilGateClosed(stage, model, 300);
    phase = 'hanging';
    const hangingAtMs = Date.now();
    await until(
      'a probe that hangs',
      () => model.inFlight() === 1 && model.calls.at(-1)!.startedAtMs > hangingAtMs,
    );
    const before = model.calls.length;
    process.kill(await probingPid(db), 'SIGKILL');
    const killedAtMs = Date.now();
    phase = 'mended';
    await until('another probe', () => model.calls.length > before);
    const tookMs = Date.now() - killedAtMs;
    check('another worker probes within 15 s', tookMs < 15_000, `${tookMs} ms`);
    const { exitCode } = await running.done;
    await gate.stop();
    const { completed, failed } = await account(db);
    check('all items complete', exitCode === 0 && completed === 300 && failed === 0, { completed, failed });
    checkGate(model, gate.spans);
  });
  await model.close();
}

/** What was in flight when the gate closed is no probe: one is there when its worker has the right to it. */
async function probingPid(db: Database): Promise<number> {
  let pid: number | undefined;
  await until('the right to a probe', async () => {
    const { rows } = await db.query<{ pid: number }>(
      'SELECT w.pid FROM provider_gate g JOIN workers w ON w.id = g.probe_worker',
    );
    pid = rows[0]?.pid;
    return pid !== undefined;
  });
  return pid!;
}

interface Span {
  closedAtMs: number;
  openedAtMs: number;
}

/** Starts a batch, and notes from outside when the gate's row was closed. */
async function untilGateClosed(
  { folder, db }: Stage,
  model: ModelServer,
  count: number,
): Promise<{ running: RunningCli; gate: { spans: Span[]; stop(): Promise<void> } }> {
  await writeTexts(join(folder, 'docs'), count);
  const running = startCli(folder, ['process', 'docs', '--analyzer', model.url, '-p', '10']);
  const spans: Span[] = [];
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const [closed] = await closedGates(db);
      const last = spans.at(-1);
      if (closed !== undefined && last?.closedAtMs !== closed)
        spans.push({ closedAtMs: closed, openedAtMs: Infinity });
      else if (closed === undefined && last?.openedAtMs === Infinity) last.openedAtMs = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const stop = () => {
    stopped = true;
    return watching;
  };
  await until('the gate closes', () => spans.length > 0);
  return { running, gate: { spans, stop } };
}

async function closedGates(db: Database): Promise<number[]> {
  const { rows } = await db.query<{ closed: Date }>(
    'SELECT closed_at AS closed FROM provider_gate WHERE closed_at IS NOT NULL',
  );
  return rows.map(({ closed }) => closed.getTime());
}

function checkGate(model: ModelServer, spans: readonly Span[]): void {
  for (const { closedAtMs, openedAtMs } of spans) {
    // What was sent before may still be on its way, and the worker that opens it is ahead of our look.
    const { calls, most } = mostAtOnce(model, closedAtMs + 50, openedAtMs - 50);
    check('at most one probe at a time while the gate is closed', most <= 1 && calls <= 12, {
      closedForMs: Math.round(openedAtMs - closedAtMs),
      probes: calls,
      atOnce: most,
    });
  }
}

async function chargedWhileClosed(db: Database, spans: readonly Span[]): Promise<number> {
  const { rows } = await db.query<{ at: Date }>(
    'SELECT occurred_at AS at FROM processing_errors WHERE attempt IS NOT NULL',
  );
  const times = rows.map(({ at }) => at.getTime());
  // A fault from just before the closing is committed within 100 ms.
  return times.filter((at) => spans.some((span) => at > span.closedAtMs + 100 && at < span.openedAtMs))
    .length;
}
