// Clean clone: the README's first command, a second run, and a run from another folder.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from './check.ts';
import { cleanClone, readmeCommand, shell } from './clean-clone.ts';
import { processesOf } from './processes.ts';

const { root, clone, env, remove } = await cleanClone();
try {
  const first = await readmeCommand(clone, 0);
  process.stdout.write(`$ ${first}\n`);
  const ran = await shell(first, clone, env);
  check('exit code 2', ran.exitCode === 2, `${ran.exitCode} ${ran.exitCode === 2 ? '' : ran.stderr}`);
  const good = ran.stdout.match(/^✓ \S.*?  \S.{20,}$/gm) ?? [];
  check('18 completed, each with a summary', good.length === 18, good);
  const bad = ran.stdout.match(/^✗ \S+ {2}permanent [a-z_]+: [A-Z].{10,}\.$/gm) ?? [];
  check('three failed with class, code and a sentence', bad.length === 3, bad);
  check('no process is left', processesOf(root).length === 0, processesOf(root));

  const startedAtMs = performance.now();
  const second = await shell('npm run -s cli -- process samples', clone, env);
  const seconds = (performance.now() - startedAtMs) / 1_000;
  check(
    'second run: exit 0 in a few seconds',
    second.exitCode === 0 && seconds < 10,
    `${seconds.toFixed(1)} s`,
  );
  check(
    'says that nothing changed',
    /^Nothing to do: 18 documents .*unchanged/.test(second.stdout),
    second.stdout,
  );
  const retry = /npm run -s cli -- retry [0-9a-f]{8}/.exec(second.stdout)?.[0];
  const named = second.stdout.match(/^ +✗ /gm)?.length;
  check('names the three and the command that retries them', named === 3 && retry !== undefined, retry);
  const retried = await shell(retry ?? 'false', clone, env);
  check(
    'that command runs the three',
    /3 failed/.test(retried.stdout) && retried.exitCode === 2,
    retried.exitCode,
  );

  const elsewhere = join(root, 'elsewhere');
  await mkdir(join(elsewhere, 'docs'), { recursive: true });
  for (const name of ['one', 'two']) {
    await writeFile(join(elsewhere, 'docs', `${name}.txt`), `The ${name} letter of 3 May 2026.\n`);
  }
  const other = await shell(`npm --prefix ${clone} run -s cli -- process ./docs --json`, elsewhere, env);
  const { counts } = JSON.parse(other.stdout) as { counts: { total: number; completed: number } };
  check(
    'from another folder: valid JSON, finds the docs',
    counts.completed === 2 && counts.total === 2,
    counts,
  );
} finally {
  await remove();
}
