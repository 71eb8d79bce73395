import { expect } from 'chai';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planPage } from '../../src/db/planning.ts';
import { batchRecipe } from '../../src/db/recipes.ts';
import type { Json } from '../../src/domain/analyzer.ts';
import { defaultSettings } from '../../src/domain/batch.ts';
import { discoverLate } from '../../src/intake/discover-late.ts';
import { prepareScheduledBatch } from '../../src/intake/scheduled-batch.ts';
import { findProfile } from '../../src/profiles/find-profile.ts';
import { loadProfile } from '../../src/profiles/load-profile.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

describe('a scheduled batch', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;
  const { signal } = new AbortController();
  before(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'docbatch-scheduled-'));
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it('is one row, named by its scheduled time, however often its first activity runs', async () => {
    const start = startOf('once', await documents('once', 1));
    const [first, second] = await Promise.all([
      prepareScheduledBatch(database.db, start),
      prepareScheduledBatch(database.db, start),
    ]);
    expect(first).to.deep.equal(second);
    const { rows } = await database.db.query(
      `SELECT id, batch_name, origin, workflow_id, schedule_name, status,
              (SELECT COUNT(*)::int FROM batch_events e WHERE e.batch_id = b.id) AS events
       FROM processing_batches b WHERE schedule_name = 'once'`,
    );
    expect(rows).to.deep.equal([
      {
        id: first.batchId,
        batch_name: 'once-2026-11-25-0200',
        origin: 'schedule',
        workflow_id: start.workflowId,
        schedule_name: 'once',
        status: 'pending',
        events: 1,
      },
    ]);
  });

  it('finds its documents once, also when three workers look at once, and leaves no list behind', async () => {
    const { batchId } = await prepareScheduledBatch(
      database.db,
      startOf('found', await documents('found', 30)),
    );
    await database.db.query(
      `INSERT INTO batch_candidates (batch_id, document_id, position, created_at)
       VALUES (gen_random_uuid(), gen_random_uuid(), 1, now() - interval '2 days')`,
    );
    await Promise.all([1, 2, 3].map(() => discoverLate(database.db, batchId, signal)));
    await discoverLate(database.db, batchId, signal);
    await planPage(database.db, batchId);
    expect(await count('batch_items', batchId)).to.equal(30);
    expect(await candidates()).to.equal(0);
  });

  it('never takes a folder that is gone for an empty one, and looks again when it is back', async () => {
    const path = await documents('gone', 2);
    const { batchId } = await prepareScheduledBatch(database.db, startOf('gone', path));
    await rename(path, `${path}-away`);
    const failure = await discoverLate(database.db, batchId, signal).catch((error: unknown) => error);
    expect(failure).to.include({ failureClass: 'critical', code: 'source_gone' });
    expect((failure as Error).message).to.include(path);
    await rename(`${path}-away`, path);
    await discoverLate(database.db, batchId, signal);
    await planPage(database.db, batchId);
    expect(await count('batch_items', batchId)).to.equal(2);
  });

  it('is planned with nothing when its folder is empty', async () => {
    const { batchId } = await prepareScheduledBatch(
      database.db,
      startOf('empty', await documents('empty', 0)),
    );
    await discoverLate(database.db, batchId, signal);
    expect(await planPage(database.db, batchId)).to.deep.equal({ lastChunkNo: 0, planned: true });
  });

  it('asks Claude what its schedule was made with, whatever the profile’s file says by now', async () => {
    const { spec, ...start } = startOf('frozen', await documents('frozen', 1));
    const { profile } = loadProfile(findProfile('summary', { projectDir: folder, userDir: folder }));
    const parameters = { profile: { ...profile, prompt: 'as it was' } as unknown as Json };
    const frozen = { profile: 'summary', model: profile.model, parameters };
    const { batchId } = await prepareScheduledBatch(database.db, {
      ...start,
      spec: { ...spec, analyzer: 'claude', frozen },
    });
    const recipe = await batchRecipe(database.db, batchId);
    expect(recipe).to.deep.include({ analyzer: 'claude', ...frozen });
  });

  async function documents(name: string, total: number): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    for (let n = 0; n < total; n++) await writeFile(join(path, `${n}.txt`), `text ${n} of ${name}`);
    return path;
  }

  function startOf(scheduleName: string, path: string) {
    const discovery = {
      paths: [path],
      globs: [],
      manifests: [],
      all: false,
      rerun: 'none' as const,
      limit: null,
      sample: null,
    };
    const spec = {
      scheduleName,
      timeZone: 'UTC',
      analyzer: 'local',
      discovery,
      settings: { ...defaultSettings },
    };
    return {
      workflowId: `schedule:${scheduleName}-2026-11-25T02:00:00Z`,
      scheduledAt: '2026-11-25T02:00:00Z',
      spec,
    };
  }

  async function count(table: string, batchId: string): Promise<number> {
    const { rows } = await database.db.query<{ n: number }>(
      `SELECT COUNT(*)::int AS n FROM ${table} WHERE batch_id = $1`,
      [batchId],
    );
    return rows[0]!.n;
  }

  async function candidates(): Promise<number> {
    const { rows } = await database.db.query<{ n: number }>(
      'SELECT COUNT(*)::int AS n FROM batch_candidates',
    );
    return rows[0]!.n;
  }
});
