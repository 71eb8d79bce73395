// 2,000 documents of 200 ms: the worker killed twice and the CLI once at moments from a seed, then `resume`; --all kills everything.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startModelServer } from '../test/support/model-server.ts';
import { runCli, startCli } from '../test/support/run-cli.ts';
import { check, checkAccount, freshProject, killPart, lookInto, until, writeTexts } from './check.ts';

const COUNT = Number(process.env.COUNT ?? 2_000);
const PARALLEL = 50;
const seed = Number(process.argv.find((text) => /^\d+$/.test(text)) ?? Date.now() % 100_000);
const everything = process.argv.includes('--all');
process.stdout.write(`seed ${seed}${everything ? ', everything killed at once' : ''}\n`);
let state = seed;
const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;

const project = await freshProject();
const model = await startModelServer(() => ({ delayMs: 200 }));
try {
  await writeTexts(join(project.folder, 'docs'), COUNT);
  const args = ['process', 'docs', '--analyzer', model.url, '--parallel', String(PARALLEL), '--json'];
  const running = startCli(project.folder, args);
  let allowed = 0;
  const at = async (share: number, kill: () => Promise<void>) => {
    await until(`${Math.round(share * COUNT)} calls`, () => model.calls.length >= share * COUNT, 240_000);
    allowed += PARALLEL;
    await kill();
    process.stdout.write(`killed after ${model.calls.length} calls\n`);
  };
  const moments = [random() * 0.3, 0.3 + random() * 0.3, 0.6 + random() * 0.3];
  if (everything) {
    await at(moments[1]!, () => {
      execFileSync('sh', [
        '-c',
        `pkill -9 -f '${project.folder}'; pkill -9 -P ${running.child.pid}; kill -9 ${running.child.pid}; true`,
      ]);
      return Promise.resolve();
    });
  } else {
    await at(moments[0]!, () => killPart(project.folder, 'worker'));
    await at(moments[1]!, () => killPart(project.folder, 'worker'));
    await at(moments[2]!, () => {
      running.child.kill('SIGKILL');
      return Promise.resolve();
    });
  }
  await running.done;
  const resumed = await runCli(project.folder, 'resume', 'last', '--json');
  check('exit 0', resumed.exitCode === 0, `${resumed.exitCode} ${resumed.stderr.slice(-300)}`);
  await runCli(project.folder, 'up');
  const db = await lookInto(project.folder);
  await checkAccount(db, COUNT);
  await db.close();
  const repeated = model.calls.length - new Set(model.calls.map(({ document }) => document)).size;
  check(`repeated calls at most ${allowed}`, repeated <= allowed, repeated);
} finally {
  await model.close();
  await project.remove();
}
