import { expect } from 'chai';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUrl, lookInto, until } from '../../acceptance/check.ts';
import type { BatchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { freePort } from '../../src/dev/free-port.ts';
import type { Target } from '../../src/report/targets.ts';
import type { ModelServer } from '../support/model-server.ts';
import { startModelServer } from '../support/model-server.ts';
import type { CliResult } from '../support/run-cli.ts';
import { projectFolder, runCli, startCli } from '../support/run-cli.ts';

describe('watching, limiting and measuring a batch', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  let model: ModelServer;
  let db: Database;
  /** What the model waits for before it answers. */
  let held = Promise.resolve();
  const fates = new Map<string, (nth: number) => { delayMs?: number; status?: number }>();
  before(async () => {
    project = await projectFolder();
    model = await startModelServer(async (call, nth) => {
      await held;
      return fates.get(call.name)?.(nth) ?? { delayMs: 200 };
    });
    expect((await cli('up')).exitCode).to.equal(0);
    db = await lookInto(project.folder);
  });
  after(async () => {
    await db.close();
    await model.close();
    await project.remove();
  });
  const cli = (...args: string[]) => runCli(project.folder, ...args);
  const analyzed = (...args: string[]) => cli('process', ...args, '--analyzer', model.url);

  it('`monitor` follows a running batch to its end: by lines for people, by JSON lines for programs', async () => {
    await documents('watched', 30);
    // Slow enough that a busy machine, too, has time for several looks.
    for (let n = 0; n < 30; n++) fates.set(name('watched', n), () => ({ delayMs: 500 }));
    fates.set('watched-07.txt', () => ({ status: 422 }));
    let letGo: () => void = () => undefined;
    held = new Promise((resolve) => (letGo = resolve));
    const run = startCli(project.folder, ['process', 'watched', '--analyzer', model.url, '-p', '3']);
    await until('calls', () => model.inFlight() === 3);
    const monitors = [[], ['--json']].map((flags) => startCli(project.folder, ['monitor', ...flags]));
    await Promise.all(monitors.map(({ child }) => once(child.stderr!, 'data')));
    letGo();
    const [lines, seen] = (await Promise.all(monitors.map(({ done }) => done))) as [CliResult, CliResult];
    expect((await run.done).exitCode).to.equal(2);

    const looks = seen.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as BatchSnapshot);
    const done = looks.map(({ counts }) => counts.completed + counts.failed);
    expect(done, 'never goes back').to.deep.equal([...done].sort((a, b) => a - b));
    expect(new Set(done).size, 'updates').to.be.greaterThan(3);
    expect(looks[0]).to.include({ status: 'processing' });
    expect(looks.at(-1)).to.include({ status: 'completed_with_failures' });
    expect(looks.at(-1)!.counts).to.include({ total: 30, completed: 29, failed: 1 });

    expect([lines.exitCode, lines.stdout.split('\n').length]).to.deep.equal([0, 2]);
    expect(lines.stdout).to.match(
      /completed_with_failures; done 29 · failed 1 · \d+\/min · .*failures: .* 1\n$/,
    );
    expect(lines.stderr)
      .to.match(/; http:\/\/127\.0\.0\.1:\d+\/namespaces/)
      .and.to.match(/\n0\/30 done 0 · failed 0\n[^]*30\/30 completed_with_failures · done 29 · failed 1/)
      .and.not.include('\u001b');
  });

  it('`--limit` takes by priority, then age, and says how many stay pending', async () => {
    await documents('limited', 10);
    const entries = [8, 3].map((n) => JSON.stringify({ uri: `limited/limited-0${n}.txt`, priority: 1 }));
    await writeFile(join(project.folder, 'first.jsonl'), entries.join('\n'));
    await cli('add', '--manifest', 'first.jsonl');
    await cli('add', 'limited');
    const { stdout, stderr } = await analyzed('limited', '--limit', '4', '--json');
    expect(names(stdout)).to.have.length(4).and.to.include.members(['limited-03.txt', 'limited-08.txt']);
    expect(stderr).to.include('6 more stay pending');
    expect(names((await analyzed('limited', '-l', '100', '--json')).stdout)).to.have.length(6);
  });

  it('`--sample` takes a few at random, so that one can start small', async () => {
    await documents('sampled', 40);
    const first = names((await analyzed('sampled', '--sample', '10', '-b', '5', '--json')).stdout);
    const again = await analyzed('sampled', '--sample', '10', '--json');
    expect(first).to.have.length(10);
    expect(first, 'not simply the first ten').to.not.deep.equal(first.map((_, n) => name('sampled', n)));
    expect(names(again.stdout).filter((one) => first.includes(one))).to.deep.equal([]);
    expect(again.stderr).to.include('20 more stay pending');
    const { rows } = await db.query<{ chunks: number }>(
      `SELECT last_chunk_no AS chunks FROM processing_batches ORDER BY created_at DESC LIMIT 1 OFFSET 1`,
    );
    expect(rows[0]!.chunks).to.equal(2);
  });

  it('`report` measures the error rate and the success of retries against their goals', async () => {
    await documents('measured', 20);
    for (const n of [0, 1]) fates.set(name('measured', n), () => ({ status: 422 }));
    for (const n of [2, 3, 4]) fates.set(name('measured', n), (nth) => ({ status: nth === 1 ? 503 : 200 }));
    fates.set(name('measured', 5), () => ({ status: 503 }));
    expect((await analyzed('measured', '--retries', '1', '--retry-delay', '100ms')).exitCode).to.equal(2);
    const { targets } = JSON.parse((await cli('report', 'last', '--format', 'json')).stdout) as {
      targets: Target[];
    };
    const of = (wanted: string) => targets.find((target) => target.name === wanted);
    // 3 of 20 failed; 4 retries were made, and 3 of them helped; 17 of 24 calls were answered.
    expect(of('error rate')).to.include({ value: 15, goal: '< 5 %', verdict: 'missed' });
    expect(of('retry success')).to.include({ value: 75, goal: '> 80 %', verdict: 'missed' });
    expect(of('API efficiency')).to.include({ value: 70.83, goal: '> 90 %', verdict: 'missed' });
    expect(of('peak memory')!.value).to.be.greaterThan(0);
    expect(of('throughput')).to.include({ unit: 'documents/min' });
  });

  it('`worker --metrics-address` gives its figures to Prometheus', async () => {
    const { ports } = JSON.parse((await cli('where', '--json')).stdout) as { ports: { temporal: number } };
    const port = await freePort();
    const worker = startCli(project.folder, ['worker', '--metrics-address', `127.0.0.1:${port}`], {
      DATABASE_URL: await databaseUrl(project.folder),
      TEMPORAL_ADDRESS: `127.0.0.1:${ports.temporal}`,
    });
    const figures = () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.text(),
        () => '',
      );
    await until('metrics', async () => (await figures()).includes('temporal_worker_task_slots_available'));
    worker.child.kill('SIGTERM');
    expect((await worker.done).exitCode).to.equal(0);
  });

  it('lets no name of a file command the terminal', async () => {
    await mkdir(join(project.folder, 'hostile'));
    await writeFile(join(project.folder, 'hostile', 'a\u001b[2Jb\nc.txt'), 'Text of a hostile name.');
    const { stdout, stderr } = await cli('process', 'hostile', '-v');
    expect(stdout + stderr).to.not.include('\u001b');
    expect(stdout).to.include('✓ a\\u001b[2Jb\\u000ac.txt');
  });

  it('says when answers came from equal content, also with `--rerun all`', async () => {
    const { stdout } = await analyzed('watched', '--rerun', 'all');
    expect(stdout).to.match(/29 completed \(29 by an answer to equal content; --no-cache asks again\)/);
  });

  async function documents(folder: string, count: number): Promise<void> {
    await mkdir(join(project.folder, folder));
    for (let n = 0; n < count; n++) {
      await writeFile(join(project.folder, folder, name(folder, n)), `Text number ${n} of ${folder}.\n`);
    }
  }
});

function name(folder: string, n: number): string {
  return `${folder}-${String(n).padStart(2, '0')}.txt`;
}

function names(stdout: string): string[] {
  const { documents } = JSON.parse(stdout) as { documents: { name: string }[] };
  return documents.map((document) => document.name).sort();
}
