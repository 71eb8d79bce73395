import { expect } from 'chai';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createExecAnalyzer } from '../../../src/analyze/exec.ts';
import { documentOf, eventually, failureOf, never } from './support.ts';

const exec = (command: string, env: NodeJS.ProcessEnv = process.env) => createExecAnalyzer(command, { env });
const answerOf = async (command: string, env?: NodeJS.ProcessEnv) =>
  (await exec(command, env).analyze(documentOf(), never)).answer;

describe('the exec analyzer', () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'docbatch-exec-'));
  });
  after(() => rmSync(dir, { recursive: true }));

  it('gives the document on stdin and takes the answer from stdout', async () => {
    const { extraction } = documentOf();
    expect(await exec('cat').analyze(documentOf({ attempt: 2 }), never)).to.deep.equal({
      answer: {
        document: {
          id: '00000000-0000-4000-8000-000000000001',
          uri: 'file:///docs/letter.txt',
          name: 'letter.txt',
          mimeType: 'text/plain',
          sizeBytes: 11,
          contentSha256: 'ab'.repeat(32),
          attempt: 2,
        },
        text: 'Hello world',
        metadata: extraction.metadata,
        parts: extraction.parts,
      },
      calls: 0,
      callsOk: 0,
    });
  });

  it('runs pipelines and quotes as the shell does', async () => {
    expect(await answerOf(`printf '{"a":"%s"}' "x  y" | cat`)).to.deep.equal({ a: 'x  y' });
  });

  const ends: [string, string, string][] = [
    ['exit 65', 'permanent', 'analyzer_rejected'],
    ['exit 75', 'transient', 'analyzer_unavailable'],
    ['exit 78', 'critical', 'analyzer_misconfigured'],
    ['exit 126', 'critical', 'analyzer_not_found'],
    ['/nowhere/at-all', 'critical', 'analyzer_not_found'],
    ['exit 1', 'permanent', 'analyzer_crashed'],
    ['kill -SEGV $$', 'permanent', 'analyzer_crashed'],
    ['echo hello', 'permanent', 'invalid_answer'],
    ['true', 'permanent', 'invalid_answer'],
  ];
  for (const [command, failureClass, code] of ends) {
    it(`turns \`${command}\` into ${failureClass} ${code}`, async () => {
      const failure = await failureOf(exec(command).analyze(documentOf(), never));
      expect([failure.failureClass, failure.code]).to.deep.equal([failureClass, code]);
    });
  }

  it('takes the last line of stderr as the message, short and without credentials', async () => {
    const command = `echo first >&2; echo "cannot reach https://me:secret@host/x?key=hidden" >&2; exit 75`;
    expect((await failureOf(exec(command).analyze(documentOf(), never))).message).to.equal(
      'cannot reach https://me:[redacted]@host/x?[redacted]',
    );
    const long = `head -c 100000 /dev/zero | tr '\\0' x >&2; exit 65`;
    expect((await failureOf(exec(long).analyze(documentOf(), never))).message).to.have.length(500);
  });

  it('lets a program answer without reading its input', async () => {
    const { extraction } = documentOf();
    const document = documentOf({ extraction: { ...extraction, markdown: 'x'.repeat(2_000_000) } });
    const { answer } = await exec('exec 0<&-; echo 1').analyze(document, never);
    expect(answer).to.equal(1);
  });

  it('refuses more than 16 MB of output', async () => {
    const failure = await failureOf(exec('yes | head -c 17000000').analyze(documentOf(), never));
    expect([failure.code, failure.message]).to.deep.equal([
      'invalid_answer',
      '`yes` wrote more than 16777216 bytes',
    ]);
  });

  it('kills the whole process group at the time-out', async () => {
    const pidFile = join(dir, 'timeout.pid');
    const command = `sleep 300 & echo $! > ${pidFile}; wait`;
    const failure = await failureOf(exec(command).analyze(documentOf({ timeoutMs: 200 }), never));
    expect([failure.failureClass, failure.code]).to.deep.equal(['transient', 'analyzer_timeout']);
    await eventually(() => !isAlive(pidIn(pidFile)));
  });

  it('kills a group that ignores TERM two seconds later', async () => {
    const pidFile = join(dir, 'stubborn.pid');
    const command = `trap '' TERM; echo $$ > ${pidFile}; while :; do sleep 1; done`;
    const begunAt = Date.now();
    await failureOf(exec(command).analyze(documentOf({ timeoutMs: 200 }), never));
    expect(Date.now() - begunAt).to.be.within(2_100, 5_000);
    await eventually(() => !isAlive(pidIn(pidFile)));
  });

  it('lets a program tidy up after TERM', async () => {
    const marker = join(dir, 'tidied');
    const command = `trap 'sleep 0.3; touch ${marker}; exit 1' TERM; sleep 300 & wait`;
    await failureOf(exec(command).analyze(documentOf({ timeoutMs: 300 }), never));
    expect(existsSync(marker)).to.equal(true);
  });

  it('ends what a program leaves in the background', async () => {
    const pidFile = join(dir, 'left.pid');
    expect(await answerOf(`sleep 300 & echo $! > ${pidFile}; echo 1`)).to.equal(1);
    await eventually(() => !isAlive(pidIn(pidFile)));
  });

  it('rejects with the reason of an abort, after the group is gone', async () => {
    const pidFile = join(dir, 'abort.pid');
    const abort = new AbortController();
    const analysis = exec(`echo $$ > ${pidFile}; sleep 300`).analyze(documentOf(), abort.signal);
    const reason = analysis.catch((error: unknown) => error);
    await eventually(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
    abort.abort(new Error('paused'));
    expect(await reason).to.have.property('message', 'paused');
    expect(isAlive(pidIn(pidFile))).to.equal(false);
  });

  it('does not start a program when the abort came first', async () => {
    const marker = join(dir, 'started');
    const reason = exec(`touch ${marker}`).analyze(documentOf(), AbortSignal.abort(new Error('cancelled')));
    expect(await reason.catch((error: unknown) => error)).to.have.property('message', 'cancelled');
    expect(existsSync(marker)).to.equal(false);
  });

  it('leaves no program behind when the worker is killed', async () => {
    const pidFile = join(dir, 'worker.pid');
    const worker = spawn(process.execPath, [
      fileURLToPath(new URL('./exec-worker.js', import.meta.url)),
      `echo $$ > ${pidFile}; sleep 300`,
    ]);
    await eventually(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '');
    worker.kill('SIGKILL');
    await eventually(() => !isAlive(pidIn(pidFile)));
  });

  it('passes the environment on without our secrets', async () => {
    const env = {
      ...process.env,
      GREETING: 'hello',
      DATABASE_URL: 'x',
      PGPASSWORD: 'x',
      ANTHROPIC_API_KEY: 'x',
      DOCBATCH_LOG_LEVEL: 'x',
      TEMPORAL_API_KEY: 'x',
    };
    const script = 'process.stdout.write(JSON.stringify(Object.keys(process.env)))';
    const names = await answerOf(`"${process.execPath}" -e '${script}'`, env);
    expect(names).to.include('GREETING').and.include('PATH');
    expect(names).to.not.include.members(['DATABASE_URL']);
    expect((names as string[]).filter((name) => /^(DATABASE|PGPASS|ANTHROPIC|DOCBATCH|TEMPORAL)/.test(name)))
      .to.be.empty;
  });

  it('finds in the preflight whether the program is there', async () => {
    for (const command of ['cat', 'LC_ALL=C "cat" -', 'sh -c "exit 1"', '(cat)', '$HOME/any']) {
      await exec(command).preflight(never);
    }
    const failure = await failureOf(exec('A=1 no-such-program-here --token=t0p').preflight(never));
    expect([failure.failureClass, failure.code]).to.deep.equal(['critical', 'analyzer_not_found']);
    expect(failure.message).to.contain('`no-such-program-here`').and.not.contain('t0p');
  });

  it('keys the gate and the cache by the command without showing it', () => {
    const analyzer = exec('tool --key s3cret');
    expect(analyzer.provider).to.match(/^exec:[0-9a-f]{16}$/);
    expect(analyzer.cacheKey()).to.not.equal(exec('tool --key other').cacheKey());
    expect(analyzer.provider + analyzer.cacheKey()).to.not.contain('s3cret');
  });
});

function pidIn(path: string): number {
  return Number(readFileSync(path, 'utf8'));
}

/** A zombie that its parent has not yet collected counts as dead. */
function isAlive(pid: number): boolean {
  try {
    const state = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
    return !state.startsWith('Z');
  } catch {
    return false;
  }
}
