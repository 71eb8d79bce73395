import { expect } from 'chai';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { startCli } from '../support/run-cli.ts';

describe('the start of the command line', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let folder: string;
  before(async () => {
    database = await testDatabase();
    folder = await mkdtemp(join(tmpdir(), 'docbatch-startup-'));
    await writeFile(join(folder, 'good.txt'), 'A text that says a little about something.');
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  /** The files of libraries that a command loads, by V8's own account of what it ran. */
  async function libraryFiles(...args: string[]): Promise<string[]> {
    const coverage = await mkdtemp(join(folder, 'coverage-'));
    const env = { DATABASE_URL: database.url, NODE_V8_COVERAGE: coverage };
    const { stdout, stderr } = await startCli(folder, args, env).done;
    expect(stdout + stderr, args.join(' ')).to.match(/\d\.\d\.\d|Usage: |There is no batch yet|1 document/);
    const [report] = await readdir(coverage);
    const { result } = JSON.parse(await readFile(join(coverage, report!), 'utf8')) as {
      result: { url: string }[];
    };
    return result.flatMap(({ url }) => url.split('/node_modules/').slice(1));
  }

  it('loads no library but commander to tell its version, or how a command is used', async () => {
    for (const args of [['--version'], ['--help'], ['help', 'process'], ['schedule', 'create', '--help']]) {
      const others = (await libraryFiles(...args)).filter((file) => !file.startsWith('commander/'));
      expect(others, args.join(' ')).to.deep.equal([]);
    }
  });

  it('loads no worker, no Temporal client, no SDK and no parser where only the database is asked', async () => {
    const idle =
      /^(@temporalio\/(client|proto|worker)|@anthropic-ai\/sdk\/client|officeparser|pdf-lib|pino)\b/;
    for (const args of [['list'], ['status'], ['report'], ['process', 'good.txt', '--dry-run']]) {
      const files = await libraryFiles(...args);
      expect(files, args.join(' ')).to.include('pg/lib/index.js');
      expect(
        files.filter((file) => idle.test(file)),
        args.join(' '),
      ).to.deep.equal([]);
    }
  });
});
