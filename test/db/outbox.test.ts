import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finishBatch } from '../../src/db/batch-ends.ts';
import type { Database } from '../../src/db/database.ts';
import { claimNotification } from '../../src/db/notifications.ts';
import { registerWorker } from '../../src/db/workers.ts';
import { deliverNotifications } from '../../src/notify/deliver.ts';
import { claimed, commit, newBatch, outcome } from '../support/batch-rows.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

/** Leaves a file per delivery where the worker stands. */
const TELL = 'cat > $(mktemp told-XXXXXXXX)';

describe('the outbox', () => {
  let test: TestDatabase;
  let db: Database;
  let cwd: string;
  beforeEach(async () => {
    test = await testDatabase();
    db = test.db;
    cwd = await mkdtemp(join(tmpdir(), 'docbatch-outbox-'));
  });
  afterEach(async () => {
    await test.drop();
    await rm(cwd, { recursive: true });
  });

  const worker = async () => {
    const id = randomUUID();
    await registerWorker(db, { id, host: id, pid: 1, slots: 1, version: '0' }, () => true);
    return id;
  };
  const finished = async (notify: string[]) => {
    const batchId = await newBatch(db, 1, { notify });
    const [item] = await claimed(db, batchId);
    await commit(db, batchId, [outcome(item!)]);
    // An activity may run twice.
    await finishBatch(db, batchId);
    await finishBatch(db, batchId);
    return batchId;
  };
  const deliver = (workerId: string) => deliverNotifications({ db, workerId, env: process.env, cwd });
  const told = async () => {
    const names = (await readdir(cwd)).map(async (name) => readFile(join(cwd, name), 'utf8'));
    return (await Promise.all(names)).map((text) => JSON.parse(text) as { batch: string });
  };

  it('tells of each event once, however many workers deliver', async () => {
    const batchIds: string[] = [];
    for (let n = 0; n < 8; n++) batchIds.push(await finished([TELL]));
    await Promise.all([worker(), worker(), worker()].map(async (id) => deliver(await id)));
    expect((await told()).map(({ batch }) => batch).sort()).to.deep.equal(batchIds.sort());
  });

  it('tries again what failed, later, and does not hold up the others for it', async () => {
    await finished(['exit 3', TELL]);
    const id = await worker();
    await deliver(id);
    await deliver(id);
    expect(await told()).to.have.length(1);
    const { rows } = await db.query(
      `SELECT last_error AS error, attempts, next_attempt_at > now() AS later FROM notifications WHERE delivered_at IS NULL`,
    );
    expect(rows).to.deep.equal([{ error: 'exit 3', attempts: 1, later: true }]);
  });

  it('takes up at once what a worker had in hand that is gone', async () => {
    await finished([TELL]);
    await claimNotification(db, randomUUID());
    await deliver(await worker());
    expect(await told()).to.have.length(1);
  });
});
