import { expect } from 'chai';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClaudeSimulator } from '../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../support/claude-simulator/server.ts';
import { defaultSimulatorSettings } from '../support/claude-simulator/settings.ts';
import { projectFolder, runCli } from '../support/run-cli.ts';
import { nativePdf, scannedPages, scannedPdf } from '../support/scanned-pdf.ts';
import { zipOf } from '../support/zip.ts';

describe('process --analyzer claude', function () {
  this.timeout(120_000);
  let project: Awaited<ReturnType<typeof projectFolder>>;
  let simulator: ClaudeSimulator;
  before(async () => {
    project = await projectFolder();
    simulator = await startClaudeSimulator({ keys: ['sk-good'], latencyMs: 30 });
    process.env.ANTHROPIC_BASE_URL = simulator.url;
    process.env.ANTHROPIC_API_KEY = 'sk-good';
    expect((await cli('up')).exitCode).to.equal(0);
  });
  beforeEach(() => {
    simulator.set({ faults: [], inferenceGeo: null });
    simulator.ledger.clear();
  });
  after(async () => {
    delete process.env.ANTHROPIC_BASE_URL;
    delete process.env.ANTHROPIC_API_KEY;
    await simulator.close();
    await project.remove();
  });
  const cli = (...args: string[]) => runCli(project.folder, ...args);

  it('stops at a wrong key in seconds: exit 3, no document touched', async () => {
    await letters('key', 3);
    process.env.ANTHROPIC_API_KEY = 'sk-wrong';
    const { exitCode, stdout, stderr } = await cli('process', 'key', '--analyzer', 'claude');
    process.env.ANTHROPIC_API_KEY = 'sk-good';
    expect([exitCode, stdout]).to.deep.equal([3, '']);
    expect(stderr).to.include('No document was touched').and.to.not.include('sk-wrong');
    expect((await cli('list')).stdout).to.include('There is no batch yet');
    expect(simulator.ledger.totals().billed).to.equal(0);
  });

  it('says model, mode, documents and estimate first; above the limit it starts only when told', async () => {
    await letters('consent', 4);
    await writeFile(join(project.folder, 'docbatch.yaml'), 'claude: { confirmAboveUsd: 0 }\n');
    const refused = await cli('process', 'consent', '--analyzer', 'claude');
    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.match(
      /claude-haiku-5-5, online, profile summary: 4 documents, .* input tokens, about \$/,
    );
    expect(refused.stderr).to.include('--yes');
    expect(simulator.ledger.totals().billed).to.equal(0);
    const agreed = await cli('process', 'consent', '--analyzer', 'claude', '--yes', '--json');
    await writeFile(join(project.folder, 'docbatch.yaml'), '');
    const { money, model, documents } = JSON.parse(agreed.stdout);
    expect([agreed.exitCode, model, documents.length]).to.deep.equal([0, 'claude-haiku-5-5', 4]);
    expect(money.spentNanoUsd).to.equal(simulator.ledger.totals().costNanoUsd);
  });

  for (const inferenceGeo of [null, 'us'] as const) {
    it(`keeps a budget with answers from ${inferenceGeo ?? 'anywhere'}, stops with exit 5, and goes on with more`, async () => {
      simulator.set({ inferenceGeo });
      const folder = `budget-${inferenceGeo}`;
      await letters(folder, 20);
      const args = ['process', folder, '--analyzer', 'claude', '--budget', '0.0025', '--json'];
      const stopped = await cli(...args);
      const first = JSON.parse(stopped.stdout);
      expect([stopped.exitCode, first.status, first.reason]).to.deep.equal([5, 'paused', 'budget']);
      expect(first.counts.failed).to.equal(0);
      expect(simulator.ledger.totals().costNanoUsd).to.be.within(1, 2_500_000);
      const resumed = await cli('resume', 'last', '--budget', '1', '--json');
      const whole = JSON.parse(resumed.stdout);
      expect([resumed.exitCode, whole.counts.completed]).to.deep.equal([0, 20]);
      expect(whole.money.spentNanoUsd).to.equal(simulator.ledger.totals().costNanoUsd);
      expect(simulator.ledger.totals()).to.include({ billed: 20, billedTwice: 0 });
      const cost = JSON.parse((await cli('cost', 'last', '--json')).stdout);
      expect(cost.totalNanoUsd).to.equal(whole.money.spentNanoUsd);
    });
  }

  it('asks anew when a word of the prompt or an answer’s limit changes, and never for what is answered', async () => {
    await letters('anew', 3);
    const run = async (...args: string[]) => {
      const { stdout } = await cli('process', 'anew', '--analyzer', 'claude', '--json', ...args);
      return (JSON.parse(stdout) as { documents?: unknown[] }).documents?.length ?? 0;
    };
    expect([await run(), await run(), await run('--set', 'maxTokens=1100'), await run()]).to.deep.equal([
      3, 0, 3, 0,
    ]);
    expect(simulator.ledger.totals().billed).to.equal(6);
    const dryRun = ['process', 'anew', '--analyzer', 'claude', '--rerun', 'all', '--dry-run', '--json'];
    const free = JSON.parse((await cli(...dryRun)).stdout).estimate;
    const anew = JSON.parse((await cli(...dryRun, '--no-cache')).stdout).estimate;
    expect([free.cached, free.likelyNanoUsd, anew.cached]).to.deep.equal([3, 0, 0]);
    expect(anew.likelyNanoUsd).to.be.greaterThan(0);
    await cp(join(project.folder, 'anew'), join(project.folder, 'renamed'), { recursive: true });
    const { stdout } = await cli('process', 'renamed', '--analyzer', 'claude', '--json');
    const { documents } = JSON.parse(stdout) as { documents: { cached: boolean; costNanoUsd: number }[] };
    expect(documents.map(({ cached, costNanoUsd }) => [cached, costNanoUsd])).to.deep.equal(
      Array(3).fill([true, 0]),
    );
    expect(simulator.ledger.totals().billed).to.equal(6);
  });

  for (const analyzer of ['claude', 'claude-batch']) {
    it(`shows scans and images to ${analyzer}, within the estimate and to the nano-dollar`, async () => {
      const folder = join(project.folder, analyzer);
      await mkdir(folder, { recursive: true });
      const texts = [`An invoice for ${analyzer}`, 'Its second page'];
      await writeFile(join(folder, 'scan.pdf'), await scannedPdf(texts));
      await writeFile(join(folder, 'photo.jpg'), (await scannedPages(texts))[0]!);
      const args = ['process', analyzer, '--analyzer', analyzer, '--json'];
      const { estimate } = JSON.parse((await cli(...args, '--dry-run')).stdout);
      const { counts, money } = JSON.parse((await cli(...args)).stdout);
      const { billed, costNanoUsd, inputTokens } = simulator.ledger.totals();
      expect([counts.completed, billed, money.spentNanoUsd]).to.deep.equal([2, 2, costNanoUsd]);
      expect(estimate.inputTokens / inputTokens).to.be.within(0.95, 1.05);
      expect(costNanoUsd).to.be.within(estimate.lowNanoUsd, estimate.highNanoUsd);
      const shown = simulator.ledger.entries.reduce((sum, { images }) => sum + images, 0);
      expect(shown).to.equal(3);
    });
  }

  it('estimates what lies in archives and mails, too, and what is there twice only once', async () => {
    const folder = join(project.folder, 'inside');
    await mkdir(folder);
    const long = (n: number) =>
      `Letter ${n} of many.\n${'Some words about the delivery of parts.\n'.repeat(90)}`;
    const files = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}.txt`, long(n)]));
    await writeFile(
      join(folder, 'letters.zip'),
      zipOf({ ...files, 'inner.zip': zipOf({ 'a.txt': long(99) }) }),
    );
    await writeFile(join(folder, 'copy.txt'), long(1_000));
    await writeFile(join(folder, 'same.txt'), long(1_000));
    const lines = ['From: a@b.example', 'Subject: Parts', 'MIME-Version: 1.0'];
    const part = (type: string, text: string) => `--x\nContent-Type: ${type}\n\n${text}\n`;
    const attached = part('text/plain; name="list.txt"', long(2_000)).replace(
      '\n\n',
      '\nContent-Disposition: attachment; filename="list.txt"\n\n',
    );
    const mail = [...lines, 'Content-Type: multipart/mixed; boundary=x', ''].join('\n');
    await writeFile(
      join(folder, 'mail.eml'),
      `${mail}\n${part('text/plain', long(3_000))}${attached}--x--\n`,
    );
    const args = ['process', 'inside', '--analyzer', 'claude', '--json'];
    const { estimate } = JSON.parse((await cli(...args, '--dry-run')).stdout);
    const { counts } = JSON.parse((await cli(...args)).stdout);
    const { billed, costNanoUsd, inputTokens } = simulator.ledger.totals();
    expect([billed, counts.total]).to.deep.equal([64, 67]);
    // Of the archive a part is looked at.
    expect(estimate.documents).to.be.within(66, 70);
    expect(estimate.inputTokens / inputTokens).to.be.within(0.95, 1.05);
    expect(costNanoUsd).to.be.within(estimate.lowNanoUsd, estimate.highNanoUsd);
  });

  for (const analyzer of ['claude', 'claude-batch']) {
    it(`keeps a budget of ${analyzer} with pages, pictures, parts and faults`, async () => {
      const folder = join(project.folder, `mixed-${analyzer}`);
      await mkdir(folder);
      const photo = (await scannedPages([`A photo for ${analyzer}`]))[0]!;
      for (let n = 0; n < 6; n++) {
        await writeFile(join(folder, `${n}.pdf`), await nativePdf([`Contract ${n}`, `of ${analyzer}`]));
        await writeFile(join(folder, `${n}.jpg`), Buffer.concat([photo, Buffer.from([n])]));
        const lines = Array.from({ length: 120 }, (_, line) => `Point ${line} of ${n} for ${analyzer}.`);
        await writeFile(join(folder, `${n}.txt`), lines.join('\n'));
      }
      const args = ['process', `mixed-${analyzer}`, '--analyzer', analyzer, '--parallel', '50', '--json'];
      for (const set of ['send=native', 'chunking.maxChars=2000', 'chunking.overlapChars=50'])
        args.push('--set', set);
      const whole = JSON.parse((await cli(...args)).stdout);
      const bill = simulator.ledger.totals().costNanoUsd;
      expect([whole.counts.completed, whole.money.spentNanoUsd]).to.deep.equal([18, bill]);
      expect(simulator.ledger.entries.reduce((sum, { pdfPages }) => sum + pdfPages, 0)).to.equal(12);

      simulator.ledger.clear();
      simulator.set({
        faults: [
          { rate: 0.1, fault: { kind: 'invalid_json' } },
          { rate: 0.1, fault: { kind: 'reset' } },
          { rate: 0.1, fault: { kind: 'status', status: 529, type: 'overloaded_error' } },
        ],
      });
      const again = [...args, '--rerun', 'all', '--no-cache', '--retry-delay', '100ms'];
      const budget = Math.floor(bill * 0.6);
      const stopped = await cli(...again, '--budget', (budget / 1e9).toFixed(9));
      expect([stopped.exitCode, JSON.parse(stopped.stdout).reason]).to.deep.equal([5, 'budget']);
      expect(simulator.ledger.totals().costNanoUsd).to.be.within(bill * 0.1, budget);
      simulator.set({ faults: [] });
      const resumed = JSON.parse((await cli('resume', 'last', '--budget', '1', '--json')).stdout);
      expect(resumed.counts.completed).to.equal(18);
      // What broke off is counted as about what its repetition cost.
      const { costNanoUsd, billedTwice } = simulator.ledger.totals();
      if (billedTwice === 0) expect(resumed.money.spentNanoUsd).to.be.at.least(costNanoUsd);
    });
  }

  it('keeps the limits of online calls when a deadline ends the waiting for provider batches', async () => {
    await letters('late', 40);
    const { batches } = defaultSimulatorSettings;
    simulator.set({
      batches: { ...batches, durationMs: 600_000 },
      limits: { requests: 600, inputTokens: 1e9, outputTokens: 1e9 },
    });
    // So that the limits are known.
    await letters('early', 3);
    expect((await cli('process', 'early', '--analyzer', 'claude')).exitCode).to.equal(0);
    simulator.ledger.clear();
    const args = ['process', 'late', '--analyzer', 'claude-batch', '--deadline', '4s', '--json'];
    const { counts } = JSON.parse((await cli(...args)).stdout);
    const { byStatus } = simulator.ledger.totals();
    const quota = (await cli('quota')).stdout;
    simulator.set({ batches, limits: defaultSimulatorSettings.limits });
    expect([counts.completed, byStatus['messages 200'], byStatus['messages 429']]).to.deep.equal([
      40,
      40,
      undefined,
    ]);
    expect(quota).to.include('600 per minute').and.to.not.include(' batches');
  });

  it('lets another model try what failed, and leaves what is answered as it is', async () => {
    await letters('doubt', 4);
    simulator.set({ faults: [{ fault: { kind: 'refusal' }, contains: 'press 2 needs' }] });
    expect((await cli('process', 'doubt', '--analyzer', 'claude')).exitCode).to.equal(2);
    const early = await cli('retry', 'last', '--model', 'claude-nobody');
    expect([early.exitCode, early.stderr.includes('No price is known')]).to.deep.equal([3, true]);
    simulator.set({ faults: [] });
    simulator.ledger.clear();
    const { exitCode, stdout, stderr } = await cli('retry', 'last', '--model', 'claude-sonnet-5-5', '--json');
    const { model, counts, documents } = JSON.parse(stdout);
    expect([exitCode, model, counts.completed]).to.deep.equal([0, 'claude-sonnet-5-5', 4]);
    expect(stderr).to.match(/claude-sonnet-5-5, online, profile summary: 1 document, .* about \$/);
    expect(
      simulator.ledger.entries.filter(({ endpoint }) => endpoint === 'messages').map((entry) => entry.model),
    ).to.deep.equal(['claude-sonnet-5-5']);
    const attempts = documents.map((one: { attempts: number }) => one.attempts);
    expect(attempts.sort()).to.deep.equal([1, 1, 1, 2]);
    // Those three are answered by the first model, and the fourth by the second.
    const { documents: rest } = JSON.parse(
      (await cli('process', 'doubt', '--analyzer', 'claude', '--model', 'claude-sonnet-5-5', '--json'))
        .stdout,
    );
    expect(rest).to.have.length(3);
  });

  it('refuses another model for a batch that Claude did not read, or that still has work to do', async () => {
    await letters('ours', 1);
    await cli('process', 'ours', '--name', 'ours');
    const ours = await cli('retry', 'ours', '--model', 'claude-sonnet-5-5');
    expect([ours.exitCode, ours.stderr.includes('--model` is for Claude')]).to.deep.equal([1, true]);
    await letters('open', 20);
    const stopped = await cli('process', 'open', '--analyzer', 'claude', '--budget', '0.0025');
    expect(stopped.exitCode).to.equal(5);
    const open = await cli('retry', 'last', '--set', 'maxTokens=900');
    expect([open.exitCode, open.stderr]).to.satisfy(
      () => open.exitCode === 1 && /it is paused[^]*cancel [0-9a-f]{8}/.test(open.stderr),
    );
  });

  it('makes the summary once more when it is asked for, within a budget in USD, and tells of the end once', async () => {
    await letters('whole', 3);
    const told = join(project.folder, 'told.txt');
    await writeFile(
      join(project.folder, 'whole.yaml'),
      `prompt: What does it want?
schema: { type: object, additionalProperties: false, required: [need], properties: { need: { type: string } } }
aggregate: { groupBy: [need], summary: { prompt: What do all of them want? } }
`,
    );
    const overloaded = { kind: 'status', status: 529, type: 'overloaded_error' } as const;
    simulator.set({ faults: [{ fault: overloaded, contains: 'whole batch of documents said' }] });
    const first = await cli(
      ...['process', 'whole', '--analyzer', 'claude', '--profile', './whole.yaml', '--name', 'whole'],
      ...['--retries', '0', '--notify', `cat >> ${told}`],
    );
    expect(first.exitCode).to.equal(0);
    expect(first.stdout)
      .to.include('No summary: overloaded')
      .and.to.match(/Once more: +.*aggregate /);
    simulator.set({ faults: [] });
    const tooLittle = await cli('aggregate', 'whole', '--budget', '0.0000001');
    expect([tooLittle.exitCode, tooLittle.stdout.includes('No summary: budget')]).to.deep.equal([2, true]);
    const made = await cli('aggregate', 'whole', '--budget', '1', '--format', 'json');
    const { summary } = JSON.parse(made.stdout);
    expect([made.exitCode, summary.state, summary.calls]).to.deep.equal([0, 'made', 1]);
    const list = await cli('aggregate', 'whole', '--group-by', 'lines[].kind');
    expect([list.exitCode, list.stderr.includes('one value')]).to.deep.equal([1, true]);
    await cli('down');
    expect((await readFile(told, 'utf8')).match(/"finished"/g)).to.have.length(1);
    expect((await cli('up')).exitCode).to.equal(0);
  });

  it('makes, checks and tries a profile of the user’s own', async () => {
    expect((await cli('profile', 'init', 'letters-only')).exitCode).to.equal(0);
    expect((await cli('profile', 'init', 'letters-only')).stderr).to.include('exists already');
    expect((await cli('profile', 'check', 'letters-only')).stdout).to.include('is right');
    const wrong = await cli('profile', 'check', 'letters-only', '--set', 'maxTokens=0');
    expect(wrong.exitCode).to.equal(1);
    expect(wrong.stderr).to.include('`maxTokens` is 0');
    await letters('tried', 1);
    const tried = await cli('profile', 'try', 'letters-only', 'tried/0.txt');
    expect(JSON.parse(tried.stdout)).to.include.keys('summary', 'grounding', 'claude');
    expect(tried.stderr).to.match(/<document>[\s\S]*1 call, \d+ input and \d+ output tokens, \$0\.000/);
    const { exitCode, stderr } = await cli('process', 'tried', '--profile', 'letters-only');
    expect([exitCode, stderr.includes('--analyzer claude')]).to.deep.equal([1, true]);
  });

  async function letters(folder: string, count: number): Promise<void> {
    await mkdir(join(project.folder, folder));
    for (let n = 0; n < count; n++) {
      const text = `Dear ${folder} ${n},\n\nthe press ${n} needs ${n * 3} sheets of paper by Friday.\n`;
      await writeFile(join(project.folder, folder, `${n}.txt`), text);
    }
  }
});
