import { expect } from 'chai';
import { tmpdir } from 'node:os';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { orderControl, readOrders } from '../../src/db/orders.ts';
import { batchWorkflowId } from '../../src/domain/ids.ts';
import { watchDisk } from '../../src/worker/watch-disk.ts';
import { newBatch } from '../support/batch-rows.ts';
import { fakeClient } from '../support/fake-client.ts';
import { withTestDatabase } from '../support/postgres.ts';

describe('a disk that fills up', () => {
  let db: Database;
  withTestDatabase((made) => (db = made));

  const watch = async (minFreeBytes: number, ...batchIds: string[]) => {
    const known = Object.fromEntries(batchIds.map((id) => [batchWorkflowId(id), { status: 'RUNNING' }]));
    const { client, signals } = fakeClient(known);
    await watchDisk(db, client, { folder: tmpdir(), minFreeBytes });
    return signals;
  };

  it('orders what runs to halt and wakes its workflow, once; what is paused stays paused', async () => {
    const [running, paused] = [await newBatch(db, 1), await newBatch(db, 1)];
    await orderControl(db, { batchId: paused, control: 'pause', now: false, actor: 'me', reason: 'lunch' });
    expect(await watch(1, running, paused)).to.deep.equal([]);
    expect(await watch(Number.MAX_SAFE_INTEGER, running, paused)).to.deep.equal([
      `wake ${batchWorkflowId(running)}`,
    ]);
    expect(await watch(Number.MAX_SAFE_INTEGER, running, paused)).to.deep.equal([]);
    expect(await readOrders(db, running)).to.include({ control: 'halt', controlNow: false, controlSeq: 1 });
    const { reason, detail } = await batchSnapshot(db, running);
    expect(reason).to.equal('disk_full');
    expect(detail).to.match(/GB are free on the disk of `.*`; .* GB are needed/);
    expect((await batchSnapshot(db, paused)).detail).to.equal('lunch');
  });
});
