// Clean clone: the README's second command installs and passes the tests, and leaves nothing behind.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { check } from './check.ts';
import { cleanClone, readmeCommand, shell } from './clean-clone.ts';
import { processesOf } from './processes.ts';

const { root, clone, env, remove } = await cleanClone();
try {
  const since = new Date();
  const second = await readmeCommand(clone, 1);
  process.stdout.write(`$ ${second}\n`);
  const ran = await shell(second, clone, env);
  const last = ran.stdout.trim().split('\n').at(-1) ?? '';
  check('installs and passes the tests', ran.exitCode === 0 && /^\d+ passed, 0 failed/.test(last), last);
  if (ran.exitCode !== 0) process.stdout.write(ran.stdout.slice(-5_000) + ran.stderr.slice(-2_000));
  check('seconds', true, Math.round((Date.now() - since.getTime()) / 1_000));
  // A port lives no longer than its process.
  check('no process is left, so no port', processesOf(root).length === 0, processesOf(root));
  const temporary = readdirSync(join(root, 'tmp'));
  check('no temporary file is left', temporary.length === 0, temporary);
  const outside = execFileSync(
    'sh',
    [
      '-c',
      `find "$HOME" /etc /usr /var /opt /srv -xdev -newermt "${since.toISOString()}" -type f -not -path '*/.npm/_logs/*' 2>/dev/null || true`,
    ],
    { encoding: 'utf8' },
  );
  check('no file outside the project folder', outside === '', outside.split('\n').slice(0, 20));
} finally {
  await remove();
}
