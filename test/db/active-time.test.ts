import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { pauseInterrupted } from '../../src/db/interrupted.ts';
import { recordStatus } from '../../src/db/orders.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { newBatch } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('the time in which a batch was worked on', () => {
  let db: Database;
  withTestDatabase((made) => (db = made), 'test');
  beforeEach(() => db.query('DELETE FROM workers'));

  const worker = () =>
    registerWorker(db, { id: randomUUID(), host: randomUUID(), pid: 1, slots: 1, version: '0' }, () => true);
  /** A batch that began ten minutes ago, and whose worker died, with its machine, five minutes ago. */
  const afterPowerCut = async () => {
    const batchId = await newBatch(db, 2);
    await worker();
    await recordStatus(db, { batchId, status: 'processing', reason: null, detail: null, controlSeq: 0 });
    await db.query(`UPDATE workers SET heartbeat_at = now() - interval '5 minutes'`);
    await db.query(
      `UPDATE processing_batches SET active_since = now() - interval '10 minutes',
         progressed_at = now() - interval '6 minutes' WHERE id = $1`,
      [batchId],
    );
    return batchId;
  };
  const minutes = async (batchId: string) => (await batchSnapshot(db, batchId)).activeMs / 60_000;

  it('stands still while no worker is alive', async () => {
    expect(await minutes(await afterPowerCut())).to.be.closeTo(5, 0.2);
  });

  it('goes on with the next worker, without what lay between', async () => {
    const batchId = await afterPowerCut();
    await worker();
    expect(await minutes(batchId)).to.be.closeTo(5, 0.2);
    await db.query(
      `UPDATE processing_batches SET active_since = active_since - interval '1 minute' WHERE id = $1`,
      [batchId],
    );
    expect(await minutes(batchId)).to.be.closeTo(6, 0.2);
  });

  it('is settled when a new stack pauses what the old one left', async () => {
    const batchId = await afterPowerCut();
    await pauseInterrupted(db);
    expect(await minutes(batchId)).to.be.closeTo(5, 0.2);
  });
});
