// 100 good files with one of every kind that hurts its reader: the good ones are completed, the others fail for good,
// each with a code of its own; the worker lives, stays small, and is not held up.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeGoodFiles } from '../test/support/good-files.ts';
import { hostileFiles } from '../test/support/hostile-files.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';

/** The default is 60; here it is what a hung document costs. */
const STALL_SECONDS = 20;
const PROCESSES = 2;
/** More than there are processes: for a while nothing else is read. */
const HUNG = 6;
const GOOD = 100;

interface Item {
  name: string;
  state: string;
  class: string | null;
  code: string | null;
}

const clean = await run(async () => {});
check(
  'the clean run completes',
  clean.documents.every(({ state }) => state === 'completed'),
  clean.documents.length,
);

const hostile = hostileFiles();
const mixed = await run(async (docs) => {
  // Named so that they come first.
  for (const { name, content } of hostile) await writeFile(join(docs, `0000-${name}`), content);
  // Equal ones are parsed each: what failed is not remembered by its content.
  for (let n = 2; n <= HUNG; n += 1) {
    await copyFile(join(docs, '0000-hang.pdf'), join(docs, `0000-hang-${n}.pdf`));
  }
});
const good = mixed.documents.filter(({ name }) => !name.startsWith('0000-'));
const completed = good.filter(({ state }) => state === 'completed').length;
check('the good files are completed', completed === GOOD && good.length === GOOD, completed);
for (const { name, code } of hostile) {
  const item = mixed.documents.find((other) => other.name === `0000-${name}`);
  const isRight = item?.state === 'failed' && item.class === 'permanent' && item.code === code;
  check(`${name} fails for good`, isRight, item?.code ?? 'missing');
}
const codes = new Set(mixed.documents.flatMap(({ code }) => code ?? []));
check('each with a code of its own', codes.size === hostile.length, [...codes]);
check('the worker is the same process', mixed.pidBefore === mixed.pidAfter, [
  mixed.pidBefore,
  mixed.pidAfter,
]);
check('its memory stays below 1 GB', mixed.peakBytes < 1e9, `${Math.round(mixed.peakBytes / 1e6)} MB`);
const allowed = 1.2 * (clean.seconds + (STALL_SECONDS * HUNG) / PROCESSES);
const figure = { clean: clean.seconds, mixed: mixed.seconds, allowed: Number(allowed.toFixed(1)) };
check('nothing is held up', mixed.seconds <= allowed, figure);

async function run(prepare: (docs: string) => Promise<void>) {
  const project = await projectFolder();
  try {
    const docs = join(project.folder, 'docs');
    await mkdir(docs);
    await writeGoodFiles(docs, GOOD);
    await prepare(docs);
    const limits = `stallSeconds: ${STALL_SECONDS}, extractionProcesses: ${PROCESSES}`;
    await writeFile(join(project.folder, 'docbatch.yaml'), `limits: { ${limits} }\n`);
    await runCli(project.folder, 'up');
    const pidBefore = await workerPid(project.folder);
    const startedAtMs = performance.now();
    const { stdout } = await runCli(project.folder, 'process', docs, '--json');
    const seconds = Number(((performance.now() - startedAtMs) / 1000).toFixed(1));
    const { documents } = JSON.parse(stdout) as { documents: Item[] };
    const pidAfter = await workerPid(project.folder);
    return { documents, seconds, pidBefore, pidAfter, peakBytes: await peakBytes(pidAfter) };
  } finally {
    await project.remove();
  }
}

async function workerPid(folder: string): Promise<number> {
  return Number(await readFile(join(folder, '.docbatch/worker.pid'), 'utf8'));
}

/** The highest that its resident memory ever was (VmHWM). */
async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
