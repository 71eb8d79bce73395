// Races: two `process --all`, a frozen worker, refused characters, a document that kills its worker, lost answers of commits.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../src/db/database.ts';
import type { ModelAnswer } from '../test/support/model-server.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, until, writeTexts } from './check.ts';
import { account, databaseUrl, distinctDocuments, onStage } from './load.ts';
import { startLossyProxy } from './lossy-proxy.ts';

const FREEZE_MS = 30_000;
const wanted = process.argv.slice(2);
const parts: Record<string, () => Promise<void>> = {
  all: twoAtOnce,
  freeze,
  characters,
  killer,
  commit: lostAnswers,
};
for (const [name, play] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await play();
}

async function twoAtOnce(): Promise<void> {
  const model = await startModelServer(() => ({ delayMs: 5 }));
  await onStage('Two `process --all` at once', async ({ folder, db }) => {
    await writeTexts(join(folder, 'docs'), 1_500);
    await runCli(folder, 'add', 'docs');
    const args = ['process', '--all', '--analyzer', model.url, '-p', '20'];
    const ends = await Promise.all([startCli(folder, args).done, startCli(folder, args).done]);
    check(
      'both end with 0',
      ends.every(({ exitCode }) => exitCode === 0),
      ends.map(({ exitCode }) => exitCode),
    );
    const { rows } = await db.query<{ items: number; documents: number; batches: number }>(
      'SELECT COUNT(*)::int AS items, COUNT(DISTINCT document_id)::int AS documents, COUNT(DISTINCT batch_id)::int AS batches FROM batch_items',
    );
    check(
      'no document is taken twice, none is left',
      rows[0]!.items === 1_500 && rows[0]!.documents === 1_500,
      rows[0],
    );
    check('each was called once', model.calls.length === 1_500, model.calls.length);
  });
  await model.close();
}

async function freeze(): Promise<void> {
  const model = await startModelServer((_call, nth) => ({ delayMs: 400, body: { answer: nth } }));
  await onStage('A worker frozen for 30 s', async (stage) => {
    const { folder, db } = stage;
    await writeTexts(join(folder, 'docs'), 200);
    await stage.startWorker();
    const args = ['process', 'docs', '--analyzer', model.url, '-p', '10', '--out', 'answers'];
    const running = startCli(folder, args);
    await until('calls', () => model.calls.length >= 60);
    const frozen = await stage.workerPid();
    process.kill(frozen, 'SIGSTOP');
    const frozenAtMs = Date.now();
    try {
      const { exitCode } = await running.done;
      const tookMs = Date.now() - frozenAtMs;
      check('the other worker finishes the batch', exitCode === 0 && tookMs < 2 * FREEZE_MS, `${tookMs} ms`);
      await until('30 s', () => Date.now() > frozenAtMs + FREEZE_MS);
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
    const before = await everything();
    const wokenAtMs = Date.now();
    await until('10 s', () => Date.now() > wokenAtMs + 10_000);
    check(
      'woken, it changes nothing',
      (await everything()) === before,
      `${before.length} characters of rows are equal`,
    );
    await checkAccount(db, 200);
    process.stdout.write(`calls ${model.calls.length}, documents ${distinctDocuments(model)}\n`);

    async function everything(): Promise<string> {
      const { rows } = await db.query(
        `SELECT i.*, r.result, r.created_at AS stored, d.status, d.content_sha256 FROM batch_items i JOIN file_document d ON d.id = i.document_id
         LEFT JOIN document_results r ON r.batch_id = i.batch_id AND r.document_id = i.document_id ORDER BY i.document_id`,
      );
      const batches = await db.query('SELECT processed_items, failed_items, status FROM processing_batches');
      return JSON.stringify([rows, batches.rows]);
    }
  });
  await model.close();
}

async function characters(): Promise<void> {
  const model = await startModelServer(({ name }): ModelAnswer => {
    if (name === '00010.txt') return { body: { 'a\0b': 'NUL \0 here', lone: '\ud800 and \udfff' } };
    if (name === '00020.txt') return { text: `${'['.repeat(20_000)}${']'.repeat(20_000)}` };
    return {};
  });
  await onStage('NUL and lone surrogates in the middle of a group', async ({ folder, db }) => {
    await writeTexts(join(folder, 'docs'), 60);
    await writeFile(
      join(folder, 'docs', '00015.txt'),
      `${'A text with some words. '.repeat(40)}\0 and more.\n`,
    );
    const { exitCode } = await runCli(folder, 'process', 'docs', '--analyzer', model.url, '-p', '20');
    const { rows } = await db.query<{ name: string; state: string; code: string | null; result: unknown }>(
      `SELECT d.name, i.state, i.failure_code AS code, r.result FROM batch_items i JOIN file_document d ON d.id = i.document_id
       LEFT JOIN document_results r ON r.document_id = d.id ORDER BY d.name`,
    );
    const of = (name: string) => rows.find((row) => row.name === name)!;
    const cleaned = { ab: 'NUL  here', lone: '\ufffd and \ufffd' };
    check(
      'the answer is stored, cleaned',
      JSON.stringify(of('00010.txt').result) === JSON.stringify(cleaned),
      of('00010.txt').result,
    );
    check('the text with NUL is completed', of('00015.txt').state === 'completed', of('00015.txt'));
    const bad = rows.filter(({ state }) => state !== 'completed');
    check(
      'an answer nested too deeply costs itself',
      bad.every(({ name }) => name === '00020.txt'),
      {
        exitCode,
        bad: bad.map(({ name, code }) => [name, code]),
      },
    );
  });
  await model.close();
}

async function killer(): Promise<void> {
  let kill: () => void = () => undefined;
  const killers = ['00010.txt', '00011.txt'];
  const model = await startModelServer(({ name }) => {
    if (killers.includes(name)) kill();
    return { delayMs: 150 };
  });
  await onStage('Two documents that kill their worker each time', async (stage) => {
    const { folder, db } = stage;
    await writeTexts(join(folder, 'docs'), 60);
    kill = () =>
      void stage
        .workerPid()
        .then((pid) => process.kill(pid, 'SIGKILL'))
        .catch(() => undefined);
    const startedAtMs = Date.now();
    const { exitCode } = await startCli(folder, ['process', 'docs', '--analyzer', model.url]).done;
    const { rows } = await db.query<{ name: string; code: string }>(
      `SELECT d.name, i.failure_code AS code FROM batch_items i JOIN file_document d ON d.id = i.document_id WHERE i.state <> 'completed' ORDER BY 1`,
    );
    const blamed = rows.map(({ name, code }) => `${name} ${code}`);
    check(
      'exactly these end worker_crashed, the batch completes',
      exitCode === 2 && blamed.join() === killers.map((name) => `${name} worker_crashed`).join(),
      { exitCode, blamed, tookMs: Date.now() - startedAtMs },
    );
    await checkAccount(db, 60);
    const tries = killers.map((killer) => model.calls.filter(({ name }) => name === killer).length);
    // Twice in company and three times alone; a try is lost when the other one kills the worker between its mark and its call.
    check('they were tried five times at most', Math.max(...tries) === 5, tries);
  });
  await model.close();
}

/** CLI, worker and keeper reach PostgreSQL only through a proxy that loses answers after they took effect. */
async function lostAnswers(): Promise<void> {
  const model = await startModelServer(({ name }, nth) => ({
    delayMs: 20,
    status: name.endsWith('7.txt') && nth === 1 ? 503 : 200,
  }));
  await onStage('Commits whose answer is lost', async ({ folder, db }) => {
    const proxy = await startLossyProxy(await databaseUrl(folder));
    try {
      await onStageBehind(proxy.url, async (behind) => {
        await writeTexts(join(behind, 'docs'), 400);
        proxy.loseAnswers(true);
        const args = [
          'process',
          'docs',
          '--analyzer',
          model.url,
          '-p',
          '20',
          '--retry-delay',
          '200ms',
          '-b',
          '20',
        ];
        const { exitCode, stderr } = await startCli(behind, args, { DATABASE_URL: proxy.url }).done;
        proxy.loseAnswers(false);
        check('ends with 0', exitCode === 0, exitCode === 0 ? '' : stderr.slice(-500));
      });
      check('answers were lost', proxy.lost() >= 5, proxy.lost());
      await checkAccount(db, 400);
      const { attempts } = await account(db);
      check('each outcome counts once', attempts === 440 && model.calls.length === 440, {
        attempts,
        calls: model.calls.length,
      });
    } finally {
      await proxy.close();
    }
  });
  await model.close();

  async function onStageBehind(url: string, play: (folder: string) => Promise<void>): Promise<void> {
    const project = await projectFolder();
    const reachable = openDatabase(url, 1);
    await reachable.query('SELECT 1');
    await reachable.close();
    try {
      await play(project.folder);
    } finally {
      await project.remove();
    }
  }
}
