// 500 requests in one provider batch, of which 7 expire, 3 fail transiently and 2 for good: a second provider batch of
// exactly the 10; 498 documents completed, 2 failed; nothing is billed twice.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check, checkAccount, lookInto } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const COUNT = 500;
const simulator = await startSimulator();
const project = await projectFolder();
const marked = new Map([
  ...Array.from({ length: 7 }, (_, n) => [n * 31, 'EXPIRES'] as const),
  ...Array.from({ length: 3 }, (_, n) => [10 + n * 50, 'BUSY'] as const),
  ...Array.from({ length: 2 }, (_, n) => [300 + n * 50, 'BROKEN'] as const),
]);
try {
  await mkdir(join(project.folder, 'letters'));
  for (let n = 0; n < COUNT; n++) {
    await writeFile(join(project.folder, 'letters', `${n}.txt`), `${marked.get(n) ?? ''}\n${letter(n)}`);
  }
  await simulator.set({
    faults: [
      { contains: 'EXPIRES', firstTries: 1, fault: { kind: 'expired' } },
      { contains: 'BUSY', firstTries: 1, fault: { kind: 'errored', type: 'overloaded_error' } },
      { contains: 'BROKEN', fault: { kind: 'errored', type: 'invalid_request_error' } },
    ],
  });
  const run = await runJson(
    project.folder,
    'process',
    'letters',
    '--analyzer',
    'claude-batch',
    '--parallel',
    '20',
  );
  check(
    'exit 2: 498 completed, 2 failed',
    run.exitCode === 2 && run.counts.completed === 498 && run.counts.failed === 2,
    run.counts,
  );
  const codes = run.documents.flatMap(({ code, state }) => (state === 'failed' ? [code] : []));
  check(
    'the two failed for good',
    codes.every((code) => code === 'analyzer_rejected'),
    codes,
  );
  const { totals } = await simulator.ledger();
  check('498 requests billed, none twice', totals.billed === 498 && totals.billedTwice === 0, [
    totals.billed,
    totals.billedTwice,
  ]);
  check('the sum is the ledger’s', run.money.spentNanoUsd === totals.costNanoUsd, [
    run.money.spentNanoUsd,
    totals.costNanoUsd,
  ]);
  await runCli(project.folder, 'up');
  const db = await lookInto(project.folder);
  const { rows } = await db.query<{ requests: number }>(
    'SELECT request_count AS requests FROM provider_batches ORDER BY created_at',
  );
  const sizes = rows.map(({ requests }) => requests);
  check('two provider batches, of 500 and 10', sizes.join() === '500,10', sizes);
  const { rows: left } = await db.query<{ left: number }>(
    'SELECT COUNT(*)::int AS left FROM provider_requests',
  );
  check('no request is left over', left[0]?.left === 0, left[0]?.left);
  await checkAccount(db, COUNT);
  await db.close();
} finally {
  await project.remove();
  await simulator.close();
}
