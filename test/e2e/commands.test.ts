import { expect } from 'chai';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lookInto, until } from '../../acceptance/check.ts';
import type { Database } from '../../src/db/database.ts';
import type { ModelServer } from '../support/model-server.ts';
import { startModelServer } from '../support/model-server.ts';
import { projectFolder, runCli, startCli } from '../support/run-cli.ts';

describe('the commands around a batch', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  let model: ModelServer;
  let db: Database;
  /** What the model waits for before it answers. */
  let held = Promise.resolve();
  before(async () => {
    project = await projectFolder();
    model = await startModelServer(async () => {
      await held;
      return { delayMs: 300 };
    });
    expect((await runCli(project.folder, 'up')).exitCode).to.equal(0);
    db = await lookInto(project.folder);
  });
  after(async () => {
    await db.close();
    await model.close();
    await project.remove();
  });
  const cli = (...args: string[]) => runCli(project.folder, ...args);
  /** Holds all answers from now on; returns how to let them go. */
  const hold = () => {
    let letGo: () => void = () => undefined;
    held = new Promise((resolve) => (letGo = resolve));
    return () => letGo();
  };

  it('look ahead by `--dry-run` and write nothing', async () => {
    await documents('ahead', 3);
    const { exitCode, stdout } = await cli('process', 'ahead', '--dry-run', '-b', '2');
    expect([exitCode, await rows()]).to.deep.equal([0, 0]);
    expect(stdout).to.match(/3 documents .* in 2 chunks[^]*3 {2}text\/plain[^]*Expected time: unknown/);
    await cli('process', 'ahead', '-v');
    const before = await rows();
    const again = await cli('process', 'ahead', '--dry-run', '--rerun', 'all', '--json');
    expect(await rows()).to.equal(before);
    expect(JSON.parse(again.stdout))
      .to.include({ chosen: 3, known: 3 })
      .and.to.have.property('expectedMs')
      .not.equal(null);
  });

  it('print one line per document with `--verbose`, and the commands that come next', async () => {
    await documents('verbose', 2);
    const { stderr, stdout } = await cli('process', 'verbose', '-v');
    expect(stderr).to.match(/completed verbose-00\.txt, .*, 1 attempt\n/);
    expect(stdout).to.match(/results verbose-00\.txt\n.*export [0-9a-f]{8} .*\n.*report [0-9a-f]{8}/);
  });

  it('print the result alone for `--file` and `--id`', async () => {
    await documents('single', 1);
    const first = await cli('process', '--file', 'single/single-00.txt');
    expect(JSON.parse(first.stdout)).to.have.property('summary');
    const { documentId } = JSON.parse((await cli('results', 'single-00.txt', '--json')).stdout);
    const again = await cli('process', '--id', String(documentId));
    expect([again.exitCode, JSON.parse(again.stdout)]).to.deep.equal([0, JSON.parse(first.stdout)]);
  });

  it('leave documents out of a running batch by `skip`, whatever is in flight for them', async () => {
    await documents('skip', 20);
    const running = startCli(project.folder, [
      'process',
      'skip',
      '--analyzer',
      model.url,
      '-p',
      '2',
      '--json',
    ]);
    const called = () => model.calls.filter(({ name }) => name.startsWith('skip-'));
    await until('calls', () => called().length >= 3);
    const letGo = hold();
    await until('a call that is held', () => model.inFlight() === 2);
    const inFlight = called().at(-1)!.name;
    expect(
      (await cli('skip', inFlight, 'skip-18.txt', 'skip-19.txt', '--reason', 'a copy')).exitCode,
    ).to.equal(0);
    expect((await cli('skip', 'skip-18.txt')).stdout).to.include('Nothing changed');
    expect((await cli('skip', '--undo', 'skip-19.txt')).exitCode).to.equal(0);
    letGo();
    const { counts, documents: items } = JSON.parse((await running.done).stdout);
    const skipped = items.filter(({ state }: { state: string }) => state === 'skipped');
    expect(Number(counts.completed) + Number(counts.skipped)).to.equal(20);
    expect(skipped.map(({ name }: { name: string }) => name))
      .to.include('skip-18.txt')
      .and.not.include('skip-19.txt');
    expect(skipped[0].message).to.match(/skipped by .*: a copy/);
    const { rows: account } = await db.query(
      `SELECT total_items, processed_items, skipped_items FROM processing_batches ORDER BY created_at DESC LIMIT 1`,
    );
    expect(account[0]).to.deep.equal({
      total_items: 20,
      processed_items: counts.completed,
      skipped_items: counts.skipped,
    });
    expect((await cli('process', 'skip', '--analyzer', model.url)).stdout).to.match(/left out by skip/);
  });

  it('export every document with its answer in columns by `--all`', async () => {
    const { stdout } = await cli('export', '--all', '--format', 'csv');
    const [head, ...lines] = stdout.trim().split('\n');
    expect(head).to.match(/^uri,state,summary,.*,class,code,analyzer,message,attempts,cost_nano_usd$/);
    const { rows: count } = await db.query<{ count: number }>(
      'SELECT COUNT(*)::int AS count FROM file_document',
    );
    expect(lines).to.have.length(count[0]!.count);
  });

  it('delete old answers by `prune` only with consent, and read again what is needed again', async () => {
    const before = await results();
    const asked = await cli('prune', '--older-than', '0s');
    expect([asked.exitCode, await results()]).to.deep.equal([1, before]);
    expect((await cli('prune', '--older-than', '0s', '--dry-run')).stdout).to.include(`${before} results`);
    const done = await cli('prune', '--older-than', '0s', '--yes');
    expect(done.stdout).to.match(/Deleted: .* texts .*Freed: .*B/s);
    expect(await results()).to.equal(0);
    const again = await cli('process', 'single', '--rerun', 'completed', '--json');
    expect(JSON.parse(again.stdout).counts).to.include({ total: 1, completed: 1 });
  });

  it('list the batches, newest first, and all of those that run when none is named', async () => {
    const listed = JSON.parse((await cli('list', '--status', 'completed', '--limit', '2', '--json')).stdout);
    expect(listed).to.have.length(2);
    expect(Date.parse(listed[0].created)).to.be.greaterThan(Date.parse(listed[1].created));
    await documents('one', 8);
    await documents('two', 8);
    const letGo = hold();
    const runs = ['one', 'two'].map((folder) =>
      startCli(project.folder, ['process', folder, '--analyzer', model.url, '-p', '1']),
    );
    const running = async () =>
      (await db.query(`SELECT FROM processing_batches WHERE status = 'processing'`)).rows.length === 2;
    await until('both run', running);
    const status = await cli('status', '--json');
    expect(status.stdout.trim().split('\n')).to.have.length(2);
    const ambiguous = await cli('wait');
    expect([ambiguous.exitCode, ambiguous.stderr.includes('Several batches are running')]).to.deep.equal([
      1,
      true,
    ]);
    letGo();
    await Promise.all(runs.map(({ done }) => done));
    expect(JSON.parse((await cli('wait', '--json')).stdout)).to.include({ status: 'completed', exitCode: 0 });
  });

  async function documents(folder: string, count: number): Promise<void> {
    await mkdir(join(project.folder, folder));
    for (let n = 0; n < count; n++) {
      const name = `${folder}-${String(n).padStart(2, '0')}.txt`;
      await writeFile(join(project.folder, folder, name), `Text number ${n} of ${folder}.\n`);
    }
  }

  async function rows(): Promise<number> {
    const { rows: found } = await db.query<{ rows: number }>(
      `SELECT (SELECT COUNT(*) FROM file_document) + (SELECT COUNT(*) FROM batch_candidates) + (SELECT COUNT(*) FROM recipes)
         + (SELECT COUNT(*) FROM processing_batches) + (SELECT COUNT(*) FROM batch_items) AS rows`,
    );
    return found[0]!.rows;
  }

  async function results(): Promise<number> {
    const { rows: found } = await db.query<{ count: number }>(
      'SELECT COUNT(*)::int AS count FROM document_results',
    );
    return found[0]!.count;
  }
});
