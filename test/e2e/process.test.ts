import { expect } from 'chai';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/paths.ts';
import type { ModelServer } from '../support/model-server.ts';
import { startModelServer } from '../support/model-server.ts';
import { projectFolder, runCli, startCli } from '../support/run-cli.ts';

describe('process', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  let model: ModelServer;
  const fates = new Map<string, (nth: number) => { delayMs?: number; status?: number }>();
  before(async () => {
    project = await projectFolder();
    await cp(join(packageRoot, 'samples'), join(project.folder, 'samples'), { recursive: true });
    model = await startModelServer((call, nth) => fates.get(call.name)?.(nth) ?? { delayMs: 20 });
    expect((await runCli(project.folder, 'up')).exitCode).to.equal(0);
  });
  after(async () => {
    await model.close();
    await project.remove();
  });
  const cli = (...args: string[]) => runCli(project.folder, ...args);

  it('completes the good samples, fails the three bad ones with a reason, and then has nothing to do', async () => {
    const { exitCode, stdout } = await cli('process', 'samples', '--json');
    const { counts, documents } = JSON.parse(stdout) as {
      counts: object;
      documents: { name: string; state: string; code: string; result: { summary?: string } }[];
    };
    expect([exitCode, counts]).to.deep.include(2);
    expect(counts).to.include({
      total: 21,
      completed: 18,
      failed: 3,
      pending: 0,
      processing: 0,
      retrying: 0,
      review: 0,
    });
    const failed = documents.filter(({ state }) => state === 'failed').map(({ code }) => code);
    expect(failed).to.have.members(['corrupt', 'encrypted', 'empty']);
    for (const { state, result } of documents)
      if (state === 'completed') expect(result.summary).to.not.equal('');
    const again = await cli('process', 'samples');
    expect(again.exitCode).to.equal(0);
    expect(again.stdout)
      .to.match(/Nothing to do.*\n3 failed earlier/)
      .and.to.match(/retry [0-9a-f]{8}/);
  });

  it('retries what failed transiently, and says what failed for good', async () => {
    await documents('retries', 12);
    fates.set('retries-01.txt', (nth) => ({ status: nth < 3 ? 503 : 200 }));
    fates.set('retries-02.txt', () => ({ status: 422 }));
    fates.set('retries-03.txt', () => ({ status: 503 }));
    const { exitCode, stdout } = await process_('retries', '--retries', '2', '--retry-delay', '100ms');
    const byName = new Map(stdout.documents.map((item) => [item.name, item]));
    expect(exitCode).to.equal(2);
    expect(byName.get('retries-01.txt')).to.include({ state: 'completed', attempts: 3 });
    expect(byName.get('retries-02.txt')).to.include({ state: 'failed', class: 'permanent', attempts: 1 });
    expect(byName.get('retries-03.txt')).to.include({ state: 'failed', class: 'transient', attempts: 3 });
  });

  it('halts at the failure budget with the rest pending, and goes on with a larger one', async () => {
    await documents('budget', 40);
    for (let n = 0; n < 11; n++) fates.set(`budget-${pad(n)}.txt`, () => ({ status: 422, delayMs: 20 }));
    const halted = await process_('budget', '--max-failures', '5');
    expect(halted.exitCode).to.equal(3);
    expect(halted.stdout.reason).to.equal('failure_budget');
    expect(model.calls.filter(({ name }) => name.startsWith('budget-')).length).to.be.at.most(11);
    await cli('set', 'last', '--max-failures', '50%');
    const resumed = await cli('resume', 'last', '--json');
    expect(resumed.exitCode).to.equal(2);
    expect(JSON.parse(resumed.stdout).counts).to.include({ total: 40, completed: 29, failed: 11 });
  });

  it('starts nothing after a pause until it is resumed; retry then runs exactly the failed one', async () => {
    await documents('pause', 80);
    fates.set('pause-05.txt', (nth) => ({ status: nth === 1 ? 422 : 200, delayMs: 500 }));
    for (let n = 0; n < 80; n++) if (n !== 5) fates.set(`pause-${pad(n)}.txt`, () => ({ delayMs: 500 }));
    const running = startCli(project.folder, ['process', 'pause', '--analyzer', model.url, '--json']);
    const seen = () => model.calls.filter(({ name }) => name.startsWith('pause-')).length;
    await until(() => seen() >= 10);
    expect((await cli('pause', '--reason', 'lunch')).exitCode).to.equal(0);
    expect((await running.done).exitCode).to.equal(130);
    const before = seen();
    expect(before).to.be.lessThan(80);
    const resumed = await cli('resume', 'last', '--json');
    expect(JSON.parse(resumed.stdout).counts).to.include({ total: 80, completed: 79, failed: 1 });
    expect(seen()).to.equal(80);
    expect((await cli('retry', 'last')).exitCode).to.equal(0);
    expect(seen()).to.equal(81);
  });

  it('loses nothing and repeats only what was in flight when the worker is killed', async () => {
    await documents('kill', 80);
    for (let n = 0; n < 80; n++) fates.set(`kill-${pad(n)}.txt`, () => ({ delayMs: 150 }));
    const running = startCli(project.folder, ['process', 'kill', '--analyzer', model.url, '--json']);
    const seen = () => model.calls.filter(({ name }) => name.startsWith('kill-'));
    await until(() => seen().length >= 15);
    await killWorker(project.folder);
    const { exitCode, stdout } = await running.done;
    expect(exitCode).to.equal(0);
    expect(JSON.parse(stdout).counts).to.include({ total: 80, completed: 80 });
    // In flight is from the call to the row: 5 in slots, and at most 5 answered and not yet committed.
    expect(seen().length).to.be.at.most(90);
  });

  it('names what it did not find', async () => {
    const missing = await cli('process', 'nowhere');
    expect([missing.exitCode, missing.stdout]).to.deep.equal([1, '']);
    expect(missing.stderr).to.include('nowhere');
    expect((await cli('process', 'nothing/*.pdf')).exitCode).to.equal(1);
    expect((await cli('status', 'zzz')).exitCode).to.equal(1);
    expect((await cli('process', 'samples', '-b', '0')).exitCode).to.equal(1);
    const out = await cli('process', 'samples', '--out', 'samples/customers.csv');
    expect([out.exitCode, out.stderr.includes('is a file, not a folder')]).to.deep.equal([1, true]);
  });

  it('reports, exports and finds results', async () => {
    const report = JSON.parse((await cli('report', 'last', '--format', 'json')).stdout);
    expect(report.targets).to.have.length(5);
    const lines = (await cli('export', 'last')).stdout.trim().split('\n');
    expect(lines.length).to.equal(report.documents.length);
    expect((await cli('results', 'invoice-2026-0117.pdf')).stdout).to.include('"summary"');
  });

  async function documents(folder: string, count: number): Promise<void> {
    await mkdir(join(project.folder, folder));
    for (let n = 0; n < count; n++) {
      await writeFile(
        join(project.folder, folder, `${folder}-${pad(n)}.txt`),
        `Text number ${n} of ${folder}.\n`,
      );
    }
  }

  async function process_(folder: string, ...args: string[]) {
    const { exitCode, stdout } = await cli('process', folder, '--analyzer', model.url, '--json', ...args);
    return {
      exitCode,
      stdout: JSON.parse(stdout) as { reason: string; documents: Record<string, unknown>[] },
    };
  }
});

/** So that files are found in the order of their numbers. */
function pad(n: number): string {
  return String(n).padStart(2, '0');
}

async function killWorker(folder: string): Promise<void> {
  const pid = Number((await readFile(join(folder, '.docbatch/worker.pid'), 'utf8')).trim().split(/\s+/)[0]);
  process.kill(pid, 'SIGKILL');
}

async function until(test: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!test()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 30 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
