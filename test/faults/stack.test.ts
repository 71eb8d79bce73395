import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { openDatabase } from '../../src/db/database.ts';
import { keeperState, stopStack } from '../../src/dev/ask-keeper.ts';
import { acquireStack, type StackLease, type StackStep } from '../../src/dev/stack.ts';
import { until } from '../../src/dev/until.ts';
import { isProcessAlive } from '../../src/is-process-alive.ts';
import { packageRoot } from '../../src/paths.ts';
import { holdLeaseElsewhere } from '../support/hold-lease.ts';
import { kill, stackProject, type StackProject } from '../support/stack-project.ts';

describe('the embedded stack', function () {
  this.timeout(90_000);
  let project: StackProject;
  let leases: StackLease[] = [];
  let steps: StackStep[] = [];

  beforeEach(async () => {
    project = await stackProject();
    leases = [];
    steps = [];
  });
  afterEach(async () => {
    await Promise.all(leases.map((lease) => lease.release()));
    await project.remove();
  });

  const acquire = async (needs = { temporal: true, worker: false }): Promise<StackLease> => {
    const lease = await acquireStack(project.config, {
      needs,
      purpose: 'test',
      onStep: (step) => steps.push(step),
      signal: new AbortController().signal,
    });
    leases.push(lease);
    return lease;
  };

  it('starts PostgreSQL again after a kill -9, at the same address and with its data', async () => {
    const { info } = await acquire({ temporal: false, worker: false });
    await query(info.databaseUrl, `INSERT INTO file_document (uri) VALUES ('file:///kept')`);
    const before = project.pid('postgres');
    kill(before);
    await eventually(async () => {
      const rows = await query(info.databaseUrl, 'SELECT uri FROM file_document');
      return rows.length === 1 && project.pid('postgres') !== before;
    });
    expect(steps.map((step) => `${step.part} ${step.state}`)).to.include('postgres restarting');
  });

  it('starts Temporal again after a kill -9, at the same address', async () => {
    const { info } = await acquire();
    const before = project.pid('temporal');
    kill(before);
    await eventually(
      async () => (await answers(info.temporalAddress!)) && project.pid('temporal') !== before,
    );
  });

  it('starts a server again whose guard was killed with it', async () => {
    const { info } = await acquire({ temporal: false, worker: false });
    const before = project.pid('postgres');
    for (const { pid, command } of project.processes()) if (command.includes('docbatch-guard')) kill(pid);
    await eventually(async () => {
      await query(info.databaseUrl, 'SELECT 1');
      return project.pid('postgres') !== before;
    });
  });

  it('starts the worker again after a kill -9', async function () {
    if (!hasWorker) this.skip();
    await acquire({ temporal: true, worker: true });
    const before = project.pid('worker');
    kill(before);
    await eventually(() => Promise.resolve(![0, before].includes(project.pid('worker'))));
  });

  it('outlives the command that holds it, until it is told to stop', async function () {
    if (!hasWorker) this.skip();
    const lease = await acquire({ temporal: true, worker: true });
    await lease.hold();
    await lease.release();
    expect(await keeperState(project.config)).to.include({ held: true });
    expect(project.pid('worker')).to.not.equal(0);
    expect(await stopStack(project.config)).to.equal(true);
    await eventually(() => Promise.resolve(project.processes().length === 0), 2_000);
    expect(await stopStack(project.config)).to.equal(false);
  });

  it('leaves nothing 10 s after the kill -9 of its keeper and its command', async () => {
    const command = await holdLeaseElsewhere(project.config.projectDir);
    kill(command);
    kill(project.keeperPid());
    await eventually(() => Promise.resolve(project.processes().length === 0), 10_000);
  });

  it('has no worker left 40 s after the kill -9 of everything around it', async function () {
    if (!hasWorker) this.skip();
    await holdLeaseElsewhere(project.config.projectDir, 'worker');
    const worker = project.pid('worker');
    // Its servers too: it cannot even say goodbye.
    for (const { pid } of project.processes()) kill(pid);
    await eventually(() => Promise.resolve(!isProcessAlive(worker)), 40_000);
  });

  it('goes on for a command whose keeper was killed', async () => {
    const { info } = await acquire();
    const before = project.keeperPid();
    kill(before);
    await eventually(async () => {
      await query(info.databaseUrl, 'SELECT 1');
      return project.keeperPid() !== before && (await answers(info.temporalAddress!));
    }, 20_000);
  });

  it('just works after the kill -9 of everything at once', async () => {
    await holdLeaseElsewhere(project.config.projectDir);
    for (const { pid } of project.processes()) kill(pid);
    const { info } = await acquire();
    await query(info.databaseUrl, 'SELECT FROM batch_items');
    expect(await answers(info.temporalAddress!)).to.equal(true);
  });

  it('is one for two commands that come at once, and stops with the last', async () => {
    const [one, two] = await Promise.all([acquire(), acquire()]);
    expect(one.info).to.deep.equal(two.info);
    const keepers = project.processes().filter(({ command }) => command.includes('keeper-main'));
    expect(keepers).to.have.length(1);
    await one.release();
    await query(two.info.databaseUrl, 'SELECT 1');
    await two.release();
    await eventually(() => Promise.resolve(project.processes().length === 0), 2_000);
  });

  it('stops 10 s after the kill -9 of its only command', async () => {
    const child = await holdLeaseElsewhere(project.config.projectDir);
    kill(child);
    await eventually(() => Promise.resolve(project.processes().length === 0), 15_000);
  });

  it('pauses what an earlier stack left running, but nothing detached', async () => {
    const earlier = await acquire({ temporal: false, worker: false });
    const { info } = earlier;
    await query(
      info.databaseUrl,
      `WITH r AS (INSERT INTO recipes (hash, recipe) VALUES ('h', '{}') RETURNING id)
       INSERT INTO processing_batches (id, batch_name, status, recipe_id, detached)
       SELECT gen_random_uuid(), name, 'processing', r.id, name = 'detached'
       FROM r, unnest(ARRAY['foreground', 'detached']) AS name`,
    );
    await earlier.release();
    const interrupted: (string | null)[] = [];
    const again = await acquireStack(project.config, {
      needs: { temporal: false, worker: false },
      purpose: 'test',
      onStep: () => undefined,
      onInterrupted: (batches) => interrupted.push(...batches.map((batch) => batch.name)),
      signal: new AbortController().signal,
    });
    leases.push(again);
    expect(interrupted).to.deep.equal(['foreground']);
    const rows = await query(
      info.databaseUrl,
      `SELECT batch_name, status, control, status_reason FROM processing_batches ORDER BY batch_name`,
    );
    expect(rows).to.deep.equal([
      { batch_name: 'detached', status: 'processing', control: 'run', status_reason: null },
      { batch_name: 'foreground', status: 'paused', control: 'pause', status_reason: 'interrupted' },
    ]);
  });
});

const hasWorker = existsSync(join(packageRoot, 'dist/src/worker/main.js'));

async function query(url: string, sql: string): Promise<object[]> {
  const db = openDatabase(url, 1);
  try {
    return (await db.query(sql)).rows;
  } finally {
    await db.close();
  }
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '1s' });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

function eventually(check: () => Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  return until(check, { everyMs: 50, timeoutMs, what: 'it did not come to pass in time' });
}
