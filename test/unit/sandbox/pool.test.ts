import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PDFDocument, StandardFonts } from 'pdf-lib';
import { defaultLimits } from '../../../src/domain/default-limits.ts';
import { DocumentFailure } from '../../../src/domain/failure.ts';
import { packageRoot } from '../../../src/paths.ts';
import { createSandbox } from '../../../src/sandbox/pool.ts';
import type { Sandbox, SandboxOptions } from '../../../src/sandbox/pool.ts';
import type { Extracted } from '../../../src/sandbox/requests.ts';
import { docxOf } from '../../support/zip.ts';

const MINUTE = 60_000;
const defaults: SandboxOptions = {
  ...defaultLimits,
  processes: 1,
  heapMb: 256,
  rssMb: 1024,
  stallMs: MINUTE,
  totalMs: MINUTE,
  recycleAfter: 100,
};
const never = new AbortController().signal;
const sample = join(packageRoot, 'samples/release-notes.md');

describe('the sandbox', () => {
  let folder: string;
  /** Half a second in native code. */
  let slowPath: string;
  /** Seconds in JavaScript that never yields, and gigabytes. */
  let hugePath: string;
  const open: Sandbox[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'docbatch-sandbox-'));
    slowPath = join(folder, 'slow.pdf');
    writeFileSync(slowPath, await slowPdf());
    hugePath = join(folder, 'huge.docx');
    writeFileSync(hugePath, docxOf('<w:p><w:r><w:t>word</w:t></w:r></w:p>'.repeat(300_000)));
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
  });
  after(() => rmSync(folder, { recursive: true }));

  function start(options: Partial<SandboxOptions> = {}): Sandbox {
    const sandbox = createSandbox({ ...defaults, ...options });
    open.push(sandbox);
    return sandbox;
  }

  function extract(sandbox: Sandbox, path = sample, timeoutMs = MINUTE, signal = never): Promise<Extracted> {
    return sandbox.extract({ path, name: path, timeoutMs, memberPath: [], known: null }, signal);
  }

  it('starts no process before it is needed, and reads in one that it keeps', async () => {
    const sandbox = start({ processes: 4 });
    expect(sandbox.pids()).to.deep.equal([]);
    expect((await extract(sandbox)).extraction?.metadata.title).to.equal('Release notes 4.2');
    const [pid] = sandbox.pids();
    await extract(sandbox);
    expect(sandbox.pids()).to.deep.equal([pid]);
    expect(getPriority(pid)).to.be.at.least(constants.priority.PRIORITY_BELOW_NORMAL);
    expect(pid).to.not.equal(process.pid);
    expect(sandbox.rssBytes()).to.be.within(20e6, 400e6);
  });

  it('has its first processes ready when it is asked to', async () => {
    const sandbox = start({ processes: 2, recycleAfter: 1000 });
    sandbox.warmUp();
    await until(() => sandbox.pids().length === 2);
    const pids = sandbox.pids();
    await Promise.all([extract(sandbox), extract(sandbox)]);
    expect(sandbox.pids()).to.have.members(pids);
  });

  it('closes after its last process was replaced and is gone', async () => {
    const sandbox = start({ recycleAfter: 1 });
    await extract(sandbox);
    await until(() => sandbox.pids().length === 0);
    // The pool hears of the death a little later than the system knows of it.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await sandbox.close();
  });

  it('hands failures over with class, code, stage and context', async () => {
    const failure = await failureOf(extract(start(), join(folder, 'gone')));
    expect(failure).to.include({ failureClass: 'permanent', code: 'missing', stage: 'read' });
    expect(failure.context).to.deep.equal({ errno: 'ENOENT' });
  });

  it('tells that a file is missing when it is its turn, behind others', async () => {
    const sandbox = start();
    const slow = extract(sandbox, slowPath);
    const failed = await failureOf(extract(sandbox, join(folder, 'nothing.txt')));
    expect(failed).to.include({ failureClass: 'permanent', code: 'missing', stage: 'read' });
    await slow;
  });

  it('leaves out the text whose hash is known', async () => {
    const sandbox = start();
    const { contentSha256, extraction } = await extract(sandbox);
    const known = { contentSha256, extractorVersion: extraction!.extractorVersion };
    const request = { path: sample, name: 'a.md', timeoutMs: MINUTE, memberPath: [], known };
    expect(await sandbox.extract(request, never)).to.include({ contentSha256, extraction: null });
    const older = { ...known, extractorVersion: 'markdown/0' };
    expect((await sandbox.extract({ ...request, known: older }, never)).extraction).to.not.equal(null);
  });

  it('answers locally in the child', async () => {
    const sandbox = start();
    const { mimeType, extraction } = await extract(sandbox);
    const answer = await sandbox.answerLocally(
      { name: 'a.md', mimeType, extraction: extraction! },
      MINUTE,
      never,
    );
    expect(answer).to.include({ title: 'Release notes 4.2' });
  });

  it('ends a document that takes too long, and only that one', async () => {
    const sandbox = start();
    await extract(sandbox);
    const [before] = sandbox.pids();
    const hung = failureOf(extract(sandbox, slowPath, 30));
    const next = extract(sandbox, sample, 5000);
    expect(await hung).to.include({ failureClass: 'permanent', code: 'parse_timeout', stage: 'extract' });
    expect((await next).mimeType).to.equal('text/markdown');
    expect(sandbox.pids()).to.have.length(1).and.not.include(before);
  });

  it('counts no time while a document waits for a process', async () => {
    const sandbox = start();
    const slow = extract(sandbox, slowPath);
    const queued = extract(sandbox, sample, 100);
    expect((await queued).mimeType).to.equal('text/markdown');
    await slow;
  });

  it('loses only the document that needs too much memory', async () => {
    const sandbox = start({ heapMb: 64 });
    expect(await failureOf(extract(sandbox, hugePath))).to.include({
      failureClass: 'permanent',
      code: 'parse_oom',
    });
    expect((await extract(sandbox)).mimeType).to.equal('text/markdown');
  });

  it('loses only the document whose process dies', async () => {
    const sandbox = start();
    await extract(sandbox);
    const [pid] = sandbox.pids();
    const isBusy = busyDetector(pid!);
    const crashed = failureOf(extract(sandbox, slowPath));
    const next = extract(sandbox);
    await until(isBusy);
    process.kill(pid!, 'SIGKILL');
    const failure = await crashed;
    expect(failure).to.include({ failureClass: 'permanent', code: 'parser_crash', stage: 'extract' });
    expect(failure.context).to.deep.equal({ signal: 'SIGKILL' });
    expect((await next).mimeType).to.equal('text/markdown');
  });

  it('goes on with a document when Ctrl-C or a service manager signals the whole process group', async () => {
    const sandbox = start();
    await extract(sandbox);
    const [pid] = sandbox.pids();
    const isBusy = busyDetector(pid!);
    const work = extract(sandbox, slowPath);
    await until(isBusy);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid!, signal);
    expect((await work).mimeType).to.equal('application/pdf');
    expect(sandbox.pids()).to.deep.equal([pid]);
  });

  it('blames no document for a process that died while it was idle', async () => {
    const sandbox = start();
    await extract(sandbox);
    process.kill(sandbox.pids()[0]!, 'SIGKILL');
    await until(() => sandbox.pids().length === 0);
    expect((await extract(sandbox)).mimeType).to.equal('text/markdown');
  });

  it('stops at once when aborted, in work or waiting, with the reason given', async () => {
    const sandbox = start();
    await extract(sandbox);
    const [pid] = sandbox.pids();
    const inWork = new AbortController();
    const waiting = new AbortController();
    const isBusy = busyDetector(pid!);
    const outcomes = [
      rejectionOf(extract(sandbox, slowPath, MINUTE, inWork.signal)),
      rejectionOf(extract(sandbox, sample, MINUTE, waiting.signal)),
    ];
    await until(isBusy);
    const reason = new Error('paused now');
    waiting.abort(reason);
    inWork.abort(reason);
    expect(await Promise.all(outcomes)).to.deep.equal([reason, reason]);
    await until(() => !sandbox.pids().includes(pid!));
    expect((await extract(sandbox)).mimeType).to.equal('text/markdown');
  });

  it('blames no document for its own closing, and leaves no process', async () => {
    const sandbox = start({ processes: 2 });
    await Promise.all([extract(sandbox), extract(sandbox)]);
    const isBusy = busyDetector(sandbox.pids()[0]!);
    const outcomes = [slowPath, slowPath, slowPath].map((path) => rejectionOf(extract(sandbox, path)));
    await until(isBusy);
    await sandbox.close();
    for (const outcome of await Promise.all(outcomes)) {
      expect(outcome).to.be.instanceOf(Error).and.not.instanceOf(DocumentFailure);
    }
    await until(() => sandbox.pids().length === 0);
    expect(await rejectionOf(extract(sandbox))).to.not.be.instanceOf(DocumentFailure);
  });

  it('gives its processes no secret of ours', async () => {
    process.env.DOCBATCH_TEST_SECRET = 'hidden';
    const sandbox = start();
    await extract(sandbox);
    delete process.env.DOCBATCH_TEST_SECRET;
    const environment = readFileSync(`/proc/${sandbox.pids()[0]!}/environ`, 'utf8');
    expect(environment).to.contain('PATH=').and.not.contain('DOCBATCH_TEST_SECRET');
  });

  it('ends its processes, busy or idle, when its own process is killed', async () => {
    const poolUrl = new URL('../../../src/sandbox/pool.js', import.meta.url).href;
    const script = `
      const { createSandbox } = await import(${JSON.stringify(poolUrl)});
      const sandbox = createSandbox(${JSON.stringify({ ...defaults, processes: 2 })});
      const run = (path) => sandbox.extract({ path, name: path, timeoutMs: 60000, memberPath: [], known: null }, new AbortController().signal);
      await Promise.all([run(${JSON.stringify(sample)}), run(${JSON.stringify(sample)})]);
      void run(${JSON.stringify(hugePath)}).catch(() => undefined);
      process.stdout.write(JSON.stringify(sandbox.pids()) + '\\n');`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pids = await new Promise<number[]>((resolve) => {
      parent.stdout.once('data', (line: Buffer) => resolve(JSON.parse(String(line)) as number[]));
    });
    expect(pids).to.have.length(2);
    const detectors = pids.map(busyDetector);
    await until(() => detectors.some((isBusy) => isBusy()));
    parent.kill('SIGKILL');
    await until(() => pids.every((pid) => !isRunning(pid)));
    const left = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`docbatch-scratch-${parent.pid}-`));
    expect(left()).to.have.length(1);
    start();
    expect(left()).to.deep.equal([]);
  });
});

async function slowPdf(): Promise<Uint8Array> {
  const pdf = await PDFDocument.create();
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  for (let number = 0; number < 120; number += 1) {
    const page = pdf.addPage([595, 842]);
    for (let line = 0; line < 60; line += 1) {
      page.drawText(`Page ${number}, line ${line}: the quick brown fox jumps over the lazy dog`, {
        x: 40,
        y: 820 - line * 13,
        size: 10,
        font,
      });
    }
  }
  return pdf.save();
}

async function rejectionOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('Expected a rejection');
}

async function failureOf(work: Promise<unknown>): Promise<DocumentFailure> {
  const error = await rejectionOf(work);
  if (error instanceof DocumentFailure) return error;
  throw error as Error;
}

/** Tells whether a process has used processor time since now, which an idle one does not. */
function busyDetector(pid: number): () => boolean {
  const before = processorTicks(pid);
  // What an idle process does between two documents takes a tick at most.
  return () => processorTicks(pid) > before + 2;
}

function processorTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('Waited 5 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** False for zombies too: their parent may be a container's first process that reaps nobody. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
