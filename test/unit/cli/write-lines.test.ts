import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CliContext, CliError } from '../../../cli/context.ts';
import { writeLines } from '../../../cli/output/write-lines.ts';

describe('an answer that is written to a file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'docbatch-write-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (output: string, lines: AsyncIterable<string> = given('a', 'b'), interrupted = never) => {
    const context = { config: () => ({ userDir: folder }), err: () => undefined, interrupted };
    return writeLines(context as unknown as CliContext, lines, output);
  };
  const failureOf = (written: Promise<void>) =>
    written.then(
      () => expect.fail('it was written'),
      (error: unknown) => error as CliError,
    );

  it('appears when it is whole, with nothing beside it', async () => {
    await write('answer.txt');
    expect(await readFile(join(folder, 'answer.txt'), 'utf8')).to.equal('a\nb\n');
    expect(await readdir(folder)).to.deep.equal(['answer.txt']);
  });

  it('leaves the old file when it cannot be made, and nothing beside it', async () => {
    await writeFile(join(folder, 'answer.txt'), 'old');
    const broken = new Error('connection lost');
    expect(await failureOf(write('answer.txt', failing(broken)))).to.equal(broken);
    expect(await readFile(join(folder, 'answer.txt'), 'utf8')).to.equal('old');
    expect(await readdir(folder)).to.deep.equal(['answer.txt']);
  });

  it('goes where a link leads, and the link stays', async () => {
    await writeFile(join(folder, 'real.txt'), 'old');
    await symlink('real.txt', join(folder, 'link.txt'));
    await write('link.txt');
    expect(lstatSync(join(folder, 'link.txt')).isSymbolicLink()).to.equal(true);
    expect(await readFile(join(folder, 'real.txt'), 'utf8')).to.equal('a\nb\n');
  });

  it('goes into a pipe, which stays one', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([readFile(pipe, 'utf8'), write('pipe')]);
    expect([text, lstatSync(pipe).isFIFO()]).to.deep.equal(['a\nb\n', true]);
  });

  it('ends when it is interrupted while nobody reads its pipe', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const interrupt = new AbortController();
    const written = failureOf(write('pipe', given('a'), interrupt.signal));
    interrupt.abort();
    expect(await written).to.have.property('name', 'AbortError');
  });

  it('says that the disk is full, and where', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const error = await failureOf(write('/dev/full'));
    expect(error).to.include({ message: 'Cannot write `/dev/full`', why: 'the disk is full' });
    expect(lstatSync('/dev/full').isCharacterDevice()).to.equal(true);
  });

  it('ends when it is interrupted, without a file', async () => {
    const interrupt = new AbortController();
    const written = failureOf(write('answer.txt', endless(), interrupt.signal));
    interrupt.abort();
    expect(await written).to.have.property('name', 'AbortError');
    expect(await readdir(folder)).to.deep.equal([]);
  });
});

const never = new AbortController().signal;

async function* given(...lines: string[]) {
  for (const line of lines) yield await Promise.resolve(line);
}

async function* failing(error: Error) {
  yield* given('half');
  throw error;
}

async function* endless() {
  for (;;) yield* given('more');
}
