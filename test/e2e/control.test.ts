import { cp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { createScene, repeatedCalls, type Scene } from '../../acceptance/scene.ts';
import { until } from '../../acceptance/check.ts';

describe('orders to a batch', function () {
  this.timeout(120_000);
  let scene: Scene;
  const bad = /-0000[123]\.txt$/;
  before(async () => {
    scene = await createScene((name, nth) => {
      if (name.startsWith('flaky')) return { delayMs: nth === 1 ? 20 : 1_500, status: 503 };
      if (name.startsWith('late')) return { delayMs: 20, status: name === 'late-00001.txt' ? 503 : 200 };
      const isBad = bad.test(name) && (/^(budget|outward)/.test(name) || nth === 1);
      return { delayMs: 100, status: isBad ? 422 : 200 };
    });
  });
  after(() => scene.remove());

  it('go on after a halt within the same failure budget, up to the next failure', async () => {
    const first = await scene.process('budget', 30, '--parallel', '1', '--max-failures', '0');
    expect((await first.done).exitCode).to.equal(3);
    for (const failed of [2, 3]) {
      expect((await scene.cli('resume', 'budget')).exitCode).to.equal(3);
      expect((await scene.status('budget')).counts.failed).to.equal(failed);
    }
    expect((await scene.cli('resume', 'budget')).exitCode).to.equal(2);
    expect(scene.calls('budget')).to.have.length(30);
  });

  it('keep the reason of a pause, and pause a batch whose document fails again meanwhile', async () => {
    const running = await scene.process('flaky', 1, '--retry-delay', '100ms', '--retries', '9');
    await until('the second call', () => scene.calls('flaky').length === 2);
    await scene.cli('pause', 'flaky', '--reason', 'lunch');
    expect((await running.done).exitCode).to.equal(130);
    await until('its call ended', () => scene.model.inFlight() === 0);
    await until('at rest', async () => {
      const [item] = await scene.items('flaky');
      return item?.state === 'retrying' && item.attempts === scene.calls('flaky').length;
    });
    const { stdout } = await scene.cli('status', 'flaky');
    expect(stdout).to.match(/: paused; [^]*Reason: user: lunch\n[^]*paused by \S+: lunch/);
    expect((await scene.cli('report', 'flaky')).stdout).to.match(
      /## History[^]*\| paused \| \S+ \| lunch \|/,
    );
    expect((await scene.cli('cancel', 'flaky')).stdout).to.include('cancelled');
    expect((await scene.cli('cancel', 'flaky')).stdout).to.include('cancelled already');
  });

  it('pause a batch whose terminal is closed, of which the shell tells as well', async () => {
    const running = await scene.process('closed', 40);
    await until('calls', () => scene.calls('closed').length > 5);
    for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM'] as const) running.child.kill(signal);
    expect((await running.done).exitCode).to.equal(130);
    const { stdout } = await scene.cli('status', 'closed');
    expect(stdout).to.match(/: paused; [^]*Reason: interrupted: the terminal was closed\n/);
    await scene.cli('resume', 'closed');
    expect(scene.calls('closed')).to.have.length(40);
  });

  it('wait for no timer of a document that was skipped, and say when a setting comes too late', async () => {
    const running = await scene.process('late', 2, '--retry-delay', '10m');
    await until('it waits', async () =>
      (await scene.items('late')).some(({ state }) => state === 'retrying'),
    );
    expect((await scene.cli('skip', 'late-00001.txt')).exitCode).to.equal(0);
    expect((await running.done).exitCode).to.equal(0);
    const { counts } = await scene.status('late');
    expect([counts.skipped, counts.completed]).to.deep.equal([1, 1]);
    const { stdout, stderr } = await scene.cli('set', 'late', '--parallel', '2');
    expect(stdout).to.include('parallel 2');
    expect(stderr).to.match(/It is completed, so this has no effect now; it holds from: .*retry /);
  });

  it('let failed documents join the batch that runs, and call nothing else again', async () => {
    const running = await scene.process('join', 60, '-b', '10');
    await until('one failed', async () =>
      (await scene.items('join')).some(({ state }) => state === 'failed'),
    );
    expect((await scene.cli('retry', 'join', '--detach', '--timeout', '9s')).exitCode).to.equal(0);
    const { exitCode } = await running.done;
    const counts = (await scene.status('join')).counts;
    expect([exitCode, counts.completed! + counts.failed!]).to.deep.include(60);
    const again = scene.calls('join').filter(({ name }) => !bad.test(name));
    expect(again).to.have.length(57);
    const retried = (await scene.items('join')).filter(({ settings }) => settings !== null);
    expect(retried).to.not.deep.equal([]);
    for (const { attempts, settings } of retried) {
      expect([attempts, settings]).to.deep.equal([2, { timeoutMs: 9_000 }]);
    }
  });

  it('halt for a folder of answers that cannot be written, pay nothing twice, and write what is missing', async () => {
    const answers = join(scene.folder, 'answers');
    const args = ['-p', '20', '--out', 'answers', '--max-failures', '99'];
    const running = await scene.process('outward', 80, ...args);
    await until('the first answers', async () => (await readdir(answers).catch(() => [])).length > 0);
    const away = await putInTheWay(answers);
    expect((await running.done).exitCode).to.equal(3);
    const halted = await scene.status('outward');
    expect([halted.reason, halted.counts.processing]).to.deep.equal(['output_unwritable', 0]);
    const ended = halted.counts.completed! + halted.counts.failed!;
    expect(ended).to.equal(scene.calls('outward').length);
    expect((await scene.cli('resume', 'outward')).exitCode).to.equal(3);
    await rm(answers);
    for (const folder of away) await cp(folder, answers, { recursive: true });
    expect((await scene.cli('resume', 'outward')).exitCode).to.equal(2);
    expect(await readdir(join(answers, 'outward'))).to.have.length(80);
    expect(repeatedCalls(scene.calls('outward'))).to.equal(0);
  });

  it('cancel a batch whose workflow is gone, which frees its documents', async () => {
    const running = await scene.process('gone', 40);
    await until('calls', () => scene.calls('gone').length >= 10);
    await scene.temporal('workflow', 'terminate', '--workflow-id', await scene.workflowId('gone'));
    expect((await running.done).exitCode).to.equal(4);
    expect((await scene.row('gone')).status).to.equal('terminated');
    expect((await scene.cli('cancel', 'gone')).stdout).to.include('cancelled');
    const { counts } = await scene.status('gone');
    expect(counts.cancelled! + counts.completed! + counts.failed!).to.equal(40);
  });
});

/** A file instead of the folder, which the worker may make anew in between; the folders that were moved away. */
async function putInTheWay(path: string): Promise<string[]> {
  const away: string[] = [];
  for (;;) {
    away.push(`${path}-away-${away.length}`);
    await rename(path, away.at(-1)!);
    try {
      await writeFile(path, 'in the way');
      return away;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error;
    }
  }
}
