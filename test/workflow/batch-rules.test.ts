import { expect } from 'chai';
import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { batchWorkflowId, batchWorkflowType } from '../../src/domain/ids.ts';
import type { BatchOutcome } from '../../workflows/batch.ts';
import type { BatchProgress } from '../../workflows/messages.ts';
import type { BatchWorkers } from '../support/batch-workers.ts';
import { startWorkers, testTaskQueue, workflowBundle } from '../support/batch-workers.ts';
import type { ToyBatch } from '../support/toy-batch.ts';
import { give, toyActivities, toyBatch } from '../support/toy-batch.ts';
import { until } from '../support/until.ts';

describe('BatchWorkflow', function () {
  this.timeout(60_000);
  const batches = new Map<string, ToyBatch>();
  let workers: BatchWorkers;
  before(async () => {
    workers = await startWorkers(toyActivities(batches));
  });
  after(() => workers.stop());

  const start = async (batch: ToyBatch) => {
    const batchId = randomUUID();
    batches.set(batchId, batch);
    const handle = await workers.client.workflow.start(batchWorkflowType, {
      workflowId: batchWorkflowId(batchId),
      taskQueue: testTaskQueue,
      args: [{ batchId }],
    });
    const progress = () => handle.query<BatchProgress>('progress');
    return { handle, progress, result: () => handle.result() as Promise<BatchOutcome> };
  };
  /** A door that chunks wait at until it is opened. */
  const door = () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { opened, open };
  };

  it('hands out every chunk once and finishes', async () => {
    const batch = toyBatch({ chunks: 9 });
    const outcome = await (await start(batch)).result();
    expect(outcome).to.include({ status: 'completed', total: 9, completed: 9 });
    expect([...batch.runsOf.values()]).to.deep.equal(Array(9).fill(1));
    expect(batch.recorded.map(({ status }) => status)).to.deep.equal(['processing']);
  });

  it('keeps a bounded window of chunks in flight', async () => {
    const { opened, open } = door();
    const batch = toyBatch({ chunks: 12, onChunk: () => opened.then(() => ({})) });
    batch.row.liveWorkers = 3;
    const { progress, result } = await start(batch);
    await until('four chunks are in flight', () => batch.inFlight.size === 4);
    expect(await progress()).to.include({
      phase: 'processing',
      chunksInFlight: 4,
      nextChunk: 5,
      lastChunk: 12,
    });
    open();
    await result();
    expect(batch.peakChunks).to.equal(4);
  });

  it('dispatches a chunk again that was handed back', async () => {
    const batch = toyBatch({
      onChunk: (chunkNo, nth) => (chunkNo === 2 && nth === 1 ? { stop: 'draining', handedBack: 1 } : {}),
    });
    await (await start(batch)).result();
    expect(Object.fromEntries(batch.runsOf)).to.deep.equal({ 1: 1, 2: 2, 3: 1 });
  });

  it('dispatches again what turns out to be open at the end', async () => {
    const batch = toyBatch({ openAtFinish: [[2, 3], [3]] });
    await (await start(batch)).result();
    expect(Object.fromEntries(batch.runsOf)).to.deep.equal({ 1: 1, 2: 2, 3: 3 });
  });

  it('takes chunks that were added while it ran', async () => {
    const batch = toyBatch({ openAtFinish: [[4]], chunks: 3 });
    const { result } = await start(batch);
    batch.chunks = 4;
    await result();
    expect(batch.runsOf.get(4)).to.be.at.least(1);
  });

  it('stands still while paused by signals without input, and goes on from there', async () => {
    const { opened, open } = door();
    const batch = toyBatch({ chunks: 8, onChunk: () => opened.then(() => ({})) });
    const { handle, progress, result } = await start(batch);
    await until('four chunks are in flight', () => batch.inFlight.size === 4);
    await handle.signal('pause');
    await until('the order is in the row', () => batch.row.control === 'pause');
    open();
    await until('it stands still', async () => (await progress()).phase === 'paused');
    expect(batch.runsOf.size).to.equal(4);
    expect(batch.ordered).to.deep.include({
      batchId: batch.ordered[0]?.batchId,
      control: 'pause',
      now: false,
      actor: 'Temporal signal',
      reason: null,
    });
    await handle.signal('resume');
    expect(await result()).to.include({ status: 'completed', completed: 8 });
    expect([...batch.runsOf.values()]).to.deep.equal(Array(8).fill(1));
  });

  it('obeys an order that stands in the row when it is woken', async () => {
    const batch = toyBatch({
      chunks: 40,
      onChunk: () => new Promise((resolve) => setTimeout(resolve, 20, {})),
    });
    const { handle, progress, result } = await start(batch);
    await until('it runs', () => batch.runsOf.size > 2);
    give(batch, 'pause');
    await handle.signal('wake');
    await until('it stands still', async () => (await progress()).phase === 'paused');
    const { size } = batch.runsOf;
    give(batch, 'run');
    await handle.signal('wake');
    await result();
    expect(size).to.be.below(40);
    expect(batch.runsOf.size).to.equal(40);
  });

  it('ends cancelled after a cancel signal, and what is in flight finishes first', async () => {
    const { opened, open } = door();
    const batch = toyBatch({ chunks: 8, onChunk: () => opened.then(() => ({})) });
    const { handle, result } = await start(batch);
    await until('four chunks are in flight', () => batch.inFlight.size === 4);
    await handle.signal('cancel', { reason: 'wrong folder', actor: 'me' });
    await until('the order is in the row', () => batch.row.control === 'cancel');
    open();
    expect(await result()).to.include({ status: 'cancelled' });
    expect(batch.ordered[0]).to.include({ control: 'cancel', actor: 'me', reason: 'wrong folder' });
    expect(batch.runsOf.size).to.equal(4);
  });

  it('takes a native cancel for the order to cancel, and closes as Cancelled', async () => {
    const { opened, open } = door();
    const batch = toyBatch({ onChunk: () => opened.then(() => ({})) });
    const { handle, result } = await start(batch);
    await until('it runs', () => batch.inFlight.size === 3);
    await handle.cancel();
    await until('the order is in the row', () => batch.row.control === 'cancel');
    open();
    const error = await result().catch((problem: unknown) => problem as Error & { cause: Error });
    expect((error as { cause: Error }).cause.name).to.equal('CancelledFailure');
    expect((await handle.describe()).status.name).to.equal('CANCELLED');
  });

  it('records a halt that only it knows of, and takes a newer order for the answer', async () => {
    let isDatabaseAway = true;
    let tries = 0;
    const batch = toyBatch({
      onChunk: (chunkNo) => {
        if (chunkNo !== 2 || !isDatabaseAway) return {};
        throw ApplicationFailure.nonRetryable('gone for 60 s', 'database_unavailable');
      },
      onRecordStatus: ({ status }) => {
        if (status === 'halted' && (tries += 1) < 3) throw new Error('still away');
      },
    });
    const { handle, progress, result } = await start(batch);
    await until('the halt is in the row', () => batch.row.status === 'halted');
    expect(batch.recorded.at(-1)).to.include({ reason: 'database_unavailable', detail: 'gone for 60 s' });
    expect((await progress()).phase).to.equal('halted');
    await handle.signal('wake');
    expect((await progress()).phase).to.equal('halted');
    isDatabaseAway = false;
    give(batch, 'run');
    await handle.signal('wake');
    expect(await result()).to.include({ status: 'completed', completed: 3 });
  });

  it('waits at a closed gate on one timer, then lets one chunk go first as the probe', async () => {
    let isDown = true;
    const atProbe: number[] = [];
    const batch = toyBatch({
      chunks: 6,
      onChunk: async () => {
        if (isDown) return { stop: 'gate', waitMs: 1_000, handedBack: 1 };
        atProbe.push(batch.inFlight.size);
        await new Promise((resolve) => setTimeout(resolve, 50));
        return {};
      },
    });
    const { progress, result } = await start(batch);
    await until('all are handed back', () => batch.runsOf.size >= 4 && batch.inFlight.size === 0);
    await until('none is in flight', async () => (await progress()).chunksInFlight === 0);
    isDown = false;
    await result();
    expect(atProbe[0]).to.equal(1);
    expect(batch.runsOf.size).to.equal(6);
  });

  it('gives each retried document an activity of its own, at most 200 at once', async () => {
    const { opened, open } = door();
    const tickets = Array.from({ length: 260 }, (_, n) => ({
      documentId: `d${n}`,
      label: `d${n}`,
      dueMs: 0,
    }));
    const batch = toyBatch({
      retrying: tickets,
      onDocument: () => opened.then(() => ({ state: 'completed' })),
    });
    const { progress, result } = await start(batch);
    await until('200 are in flight', () => batch.documentsInFlight === 200);
    expect((await progress()).retriesInFlight).to.equal(200);
    open();
    await result();
    expect(batch.peakDocuments).to.equal(200);
    expect(new Set(batch.documents).size).to.equal(260);
    expect(batch.documents).to.have.length(260);
  });

  it('waits for a retry that is due later, and forgets the wait when it is paused', async () => {
    const batch = toyBatch({ retrying: [{ documentId: 'd', label: 'd', dueMs: 60_000 }] });
    const { handle, progress, result } = await start(batch);
    await until('it waits', async () => (await progress()).retriesInFlight === 1);
    await handle.signal('pause');
    await until('it stands still', async () => (await progress()).phase === 'paused');
    expect(batch.documents).to.deep.equal([]);
    batch.retrying[0]!.dueMs = 0;
    await handle.signal('resume');
    await result();
    expect(batch.documents).to.deep.equal(['d']);
  });

  it('waits no longer for a retry whose document was skipped', async () => {
    const later = { label: 'd', dueMs: 60_000 };
    const batch = toyBatch({
      retrying: [
        { documentId: 'skipped', ...later },
        { documentId: 'd', ...later, dueMs: 3_000 },
      ],
    });
    const { handle, progress, result } = await start(batch);
    await until('both wait', async () => (await progress()).retriesInFlight === 2);
    batch.retrying.shift();
    await handle.signal('skipped');
    await until('one waits', async () => (await progress()).retriesInFlight === 1);
    await result();
    expect(batch.documents).to.deep.equal(['d']);
  });

  it('summarizes the batch when all documents are done, and only then finishes', async () => {
    let waits = 1;
    const batch: ToyBatch = toyBatch({
      mustSummarize: true,
      onSummarize: () => {
        expect(batch.inFlight.size).to.equal(0);
        if (waits-- > 0) {
          const nextRetryDelay = 20;
          throw ApplicationFailure.create({ message: 'overloaded', type: 'waiting', nextRetryDelay });
        }
        batch.mustSummarize = false;
        return Promise.resolve();
      },
    });
    expect(await (await start(batch)).result()).to.include({ status: 'completed', completed: 3 });
    expect(waits).to.equal(-1);
  });

  it('lets go of a summary that is to be tried again when it is paused, and asks anew afterwards', async () => {
    let tries = 0;
    const batch: ToyBatch = toyBatch({
      mustSummarize: true,
      onSummarize: () => {
        tries += 1;
        batch.mustSummarize = tries === 1;
        if (tries > 1) return Promise.resolve();
        const nextRetryDelay = '1 hour';
        throw ApplicationFailure.create({ message: 'overloaded', type: 'waiting', nextRetryDelay });
      },
    });
    const { handle, progress, result } = await start(batch);
    await until('it was tried', () => tries === 1);
    give(batch, 'pause');
    await handle.signal('wake');
    await until('it is paused', async () => (await progress()).phase === 'paused');
    give(batch, 'run');
    await handle.signal('wake');
    expect(await result()).to.include({ status: 'completed' });
    expect(tries).to.equal(2);
  });

  it('did all this in the same way again when its histories are replayed', async () => {
    const { workflow } = workers.client;
    const histories = [...batches.keys()].map(async (batchId) => {
      const workflowId = batchWorkflowId(batchId);
      return { workflowId, history: await workflow.getHandle(workflowId).fetchHistory() };
    });
    let count = 0;
    for await (const { error } of Worker.runReplayHistories(
      { workflowBundle },
      await Promise.all(histories),
    )) {
      if (error !== undefined) throw error;
      count += 1;
    }
    expect(count).to.equal(batches.size);
  });
});
