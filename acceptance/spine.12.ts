// Wrong input: each an error that says what, why and what to do; exit 1; nothing half-written.
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import { stopTestPostgres, testDatabase } from '../test/support/postgres.ts';
import { projectFolder, startCli } from '../test/support/run-cli.ts';
import { check, lookInto, writeTexts } from './check.ts';

const CONTENTS = `SELECT (SELECT COUNT(*) FROM processing_batches) + (SELECT COUNT(*) FROM file_document) + (SELECT COUNT(*) FROM batch_items)
  + (SELECT COUNT(*) FROM batch_candidates) + (SELECT COUNT(*) FROM recipes) AS rows`;
const project = await projectFolder();
const { folder } = project;
const cli = (args: string[], env: NodeJS.ProcessEnv = {}) => startCli(folder, args, env).done;

/** What, why and next; nothing on stdout. */
async function refused(
  what: string,
  args: string[],
  shows: RegExp,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { exitCode, stdout, stderr } = await cli(args, env);
  const error = stderr.slice(Math.max(stderr.indexOf('error: '), 0)).trim();
  const isWhole = /^error: .+\n/.test(error) && /\n {2}next: ./.test(error) && !error.includes('unexpected');
  check(what, exitCode === 1 && stdout === '' && isWhole && shows.test(error), `exit ${exitCode}\n${error}`);
}

try {
  await writeTexts(join(folder, 'docs'), 3);
  await symlink('nowhere', join(folder, 'dangling.txt'));
  execFileSync('mkfifo', [join(folder, 'pipe.txt')]);
  await writeFile(join(folder, 'bad.csv'), 'uri,id,priority\ndocs/00000.txt,1,2\ndocs/00001.txt,2,9\n');
  await writeFile(join(folder, 'bad.jsonl'), '{"uri":"docs/00000.txt"}\n{"id":7}\n');
  await cli(['up']);
  const db = await lookInto(folder);

  await refused('an unknown flag', ['process', 'docs', '--paralel', '3'], /--paralel.*\n.*--parallel/);
  await refused('an unknown command', ['proces', 'docs'], /process/);
  await refused('-b 0', ['process', 'docs', '-b', '0'], /1 to 500, got `0`/);
  await refused('two ways at once', ['process', 'docs', '--all'], /exclude one another/);
  await refused('a missing path', ['process', 'docs', 'nowhere'], /nowhere/);
  await refused(
    'a link to nothing by name',
    ['process', 'docs', 'dangling.txt'],
    /link that leads to nothing/,
  );
  await refused('a pipe by name', ['process', 'docs', 'pipe.txt'], /not a file/);
  await refused('the same with --file', ['process', '--file', 'pipe.txt'], /not a file/);
  await refused(
    'a bad manifest line (CSV)',
    ['process', '--manifest', 'bad.csv'],
    /Line 3 .*\n.*priority.*`9`/,
  );
  await refused('a bad manifest line (JSONL)', ['add', 'bad.jsonl'], /Line 2 .*\n.*`uri`/);
  await refused('an unknown analyzer', ['process', 'docs', '--analyzer', 'gpt'], /`gpt`/);
  for (const command of [
    'status',
    'report',
    'monitor',
    'retry',
    'resume',
    'wait',
    'export',
    'pause',
    'cancel',
  ]) {
    await refused(`an unknown batch (${command})`, [command, 'zzz'], /zzz|no batch/i);
  }
  await refused('an unknown document', ['results', 'zzz'], /zzz/);
  await refused('an unknown document (--id)', ['process', '--id', 'zzz'], /zzz/);
  await refused(
    'a project folder that is not there',
    ['process', 'docs', '--dry-run', '--project', 'nowhere'],
    /nowhere/,
  );
  const rows = (await db.query<{ rows: number }>(CONTENTS)).rows[0]?.rows;
  check('nothing was written by any of them', rows === 0, `${rows} rows`);

  await mkdir(join(folder, 'odd'));
  await symlink('nowhere', join(folder, 'odd/dangling.txt'));
  execFileSync('mkfifo', [join(folder, 'odd/pipe.txt')]);
  await writeFile(join(folder, 'odd/good.txt'), 'A good one.\n');
  for (const [what, path] of Object.entries({ folder: 'odd', glob: 'odd/*.txt' })) {
    const { exitCode, stdout } = await cli(['process', path, '--json', '--rerun', 'all']);
    const { counts, failures } = JSON.parse(stdout) as { counts: { completed: number }; failures: object };
    check(
      `in a ${what}: one failed item each, \`unreadable\``,
      exitCode === 2 &&
        counts.completed === 1 &&
        JSON.stringify(failures) === '[{"code":"unreadable","count":2}]',
      failures,
    );
  }
  await refused(
    'a report into a folder that is not there',
    ['report', '--output', 'nowhere/r.md'],
    /nowhere/,
  );
  check('no temporary file is left', !(await readdir(folder)).some((name) => name.includes('.tmp')), '');
  await db.close();
  await cli(['down']);

  const dead = '127.0.0.1:1';
  await refused('no database', ['process', 'docs'], /127\.0\.0\.1:1\/none/, {
    DATABASE_URL: `postgres://me:secret@${dead}/none`,
  });
  const empty = await testDatabase({ empty: true });
  await refused('no Temporal', ['process', 'docs'], /127\.0\.0\.1:1/, {
    DATABASE_URL: empty.url,
    TEMPORAL_ADDRESS: dead,
  });
  const { rows: tables } = await empty.db.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
  );
  check('no table was made without a Temporal', tables.length === 0, tables);
  await refused('no Temporal, database embedded', ['process', 'docs'], /127\.0\.0\.1:1/, {
    TEMPORAL_ADDRESS: dead,
  });

  const db2 = openDatabase(empty.url, 1);
  await db2.query('CREATE TABLE customers (id int)');
  await refused(
    'a foreign database',
    ['process', 'docs'],
    /127\.0\.0\.1:\d+\/test_.*[^]*customers[^]*migrate --yes/,
    { DATABASE_URL: empty.url },
  );
  await refused('a foreign database (migrate)', ['migrate'], /customers[^]*migrate --yes/, {
    DATABASE_URL: empty.url,
  });
  const { rows: still } = await db2.query(
    `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
  );
  check('the foreign database is untouched', still.length === 1, still);
  await db2.close();
  await empty.drop();

  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const { port } = listener.address() as AddressInfo;
  await writeFile(join(folder, 'temporal-dev.yaml'), `port: ${port}\n`);
  await refused('a port in use', ['process', 'docs'], new RegExp(`Port ${port} is in use`));
  listener.close();
  await writeFile(join(folder, 'docbatch.yaml'), 'paralel: 3\n');
  await refused('an unknown key in docbatch.yaml', ['list'], /paralel/);
} finally {
  await project.remove();
  await stopTestPostgres();
}
