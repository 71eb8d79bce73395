import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { discover } from '../../../src/sources/discover.ts';
import { uriPattern } from '../../../src/sources/glob.ts';
import { resolveSources } from '../../../src/sources/resolve-sources.ts';
import type { SourceInputs } from '../../../src/sources/resolve-sources.ts';

describe('sources', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docbatch-sources-'));
    await mkdir(join(folder, 'docs/sub'), { recursive: true });
    for (const name of ['a.txt', 'b.pdf', 'sub/c.txt', '.hidden.txt', 'sub/[x] #1?.txt']) {
      await writeFile(join(folder, 'docs', name), name);
    }
    await symlink('nowhere', join(folder, 'docs/dangling.txt'));
    execFileSync('mkfifo', [join(folder, 'docs/pipe.txt')]);
    await writeFile(join(folder, 'list.csv'), 'uri,id,priority\ndocs/a.txt,1,2\ndocs/gone.txt,2,\n');
    await writeFile(join(folder, 'bad.csv'), 'uri,priority\ndocs/a.txt,1\ndocs/b.pdf,9\n');
    await writeFile(join(folder, 'bad.jsonl'), '{"uri":"docs/a.txt"}\n{"uri":"s3://x/y"}\n');
    await writeFile(join(folder, 'table.csv'), 'uri,title\nx,y\n');
  });
  after(() => rm(folder, { recursive: true }));

  it('take what cannot be opened in a folder or glob as a document that failed', async () => {
    const expected = ['a.txt', 'dangling.txt unreadable', 'pipe.txt unreadable', '[x] #1?.txt', 'c.txt'];
    expect(await found({ paths: ['docs/**/*.txt'] })).to.deep.equal(expected);
    expect(await found({ paths: ['docs'] })).to.deep.equal(['a.txt', 'b.pdf', ...expected.slice(1)]);
    expect(await found({ paths: ['docs/*.{pdf,doc}'] })).to.deep.equal(['b.pdf']);
  });

  it('refuse by name what cannot be opened on the command line', async () => {
    expect(await refusal({ paths: ['docs/dangling.txt'] })).to.match(
      /docs\/dangling.txt.*link that leads to nothing/,
    );
    expect(await refusal({ paths: ['docs/pipe.txt'] })).to.include('not a file');
    expect(await refusal({ paths: ['nowhere.txt'] })).to.include('no file or folder');
    expect(await refusal({ paths: ['docs/*.xyz'] })).to.include('nothing matches `docs/*.xyz`');
    expect(await refusal({ paths: ['-'], stdin: Readable.from(['\n']) })).to.include('no path from stdin');
  });

  it('read a manifest that is simply named, and another table as a document', async () => {
    const notes: string[] = [];
    const onNote = (text: string) => notes.push(text);
    expect(await found({ paths: ['list.csv'], onNote })).to.deep.equal(['a.txt', 'gone.txt missing']);
    expect(await found({ paths: ['table.csv'], onNote })).to.deep.equal(['table.csv']);
    expect(await found({ paths: [], file: 'list.csv' })).to.deep.equal(['list.csv']);
    expect(notes.join('\n')).to.match(/--file list.csv[^]*--manifest table.csv/);
  });

  it('name the line of a manifest that is wrong, and what was there', async () => {
    expect(await refusal({ paths: [], manifest: 'bad.csv' })).to.match(/Line 3 .*priority.*`9`/);
    expect(await refusal({ paths: ['bad.jsonl'] })).to.match(/Line 2 .*`s3:\/\/x\/y`/);
  });

  it('read paths from stdin', async () => {
    expect(await found({ paths: ['-'], stdin: Readable.from(['docs/a.txt\n\ndocs/b.pdf\n']) })).to.deep.equal(
      ['a.txt', 'b.pdf'],
    );
  });

  it('match a uri by the end of its path', () => {
    const matches = (glob: string, path: string) =>
      new RegExp(uriPattern(glob)).test(pathToFileURL(path).href);
    expect(matches('*.txt', '/d/a b.txt')).to.equal(true);
    expect(matches('a b.txt', '/d/a b.txt')).to.equal(true);
    expect(matches('b.txt', '/d/a b.txt')).to.equal(false);
    expect(matches('/d/**/#1?.txt', '/d/x/y/#1ä.txt')).to.equal(true);
    expect(matches('d/*.txt', '/d/x/a.txt')).to.equal(false);
    expect(matches('100%.{txt,md}', '/d/100%.md')).to.equal(true);
  });

  async function found(inputs: SourceInputs): Promise<string[]> {
    const names: string[] = [];
    for (const source of await resolveSources(inputs, folder)) {
      for await (const { name, problem } of discover(source, new AbortController().signal)) {
        names.push(problem === undefined ? name : `${name} ${problem.code}`);
      }
    }
    return names;
  }

  async function refusal(inputs: SourceInputs): Promise<string> {
    try {
      await resolveSources(inputs, folder);
      return 'nothing was refused';
    } catch (error) {
      const { message, why, next } = error as Error & { why?: string; next?: string };
      expect(next).to.be.a('string');
      return `${message}: ${why ?? ''}`;
    }
  }
});
