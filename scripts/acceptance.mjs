// `npm run acceptance -- spine.4`: runs one committed script per acceptance line; exits 1 on a miss.
// `npm run acceptance -- fast`: those of about a minute, one after the other; a script's output is shown when it misses.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FAST = [
  'spine.8',
  'spine.9',
  'spine.11',
  'spine.13',
  'claude.5',
  'claude.10',
  'documents.2',
  'documents.7',
  'documents.8',
];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'dist/acceptance');
const [wanted, ...rest] = process.argv.slice(2);
if (wanted === 'fast') process.exit(runFast());
const known = readdirSync(folder)
  .filter((name) => /^[a-z]+\.\d+\.js$/.test(name))
  .map((name) => name.slice(0, -3));
if (wanted === undefined || !existsSync(join(folder, `${wanted}.js`))) {
  process.stderr.write(
    `Expected \`fast\` or one of: ${known.join(', ')}${wanted === undefined ? '' : `; got \`${wanted}\``}\n`,
  );
  process.exit(1);
}
process.exit(run(wanted, rest, 'inherit').status ?? 1);

function run(line, args, stdio) {
  return spawnSync(process.execPath, [join(folder, `${line}.js`), ...args], {
    stdio: ['inherit', stdio, stdio],
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
}

function runFast() {
  let failed = 0;
  for (const line of FAST) {
    const startedAtMs = Date.now();
    const { status, stdout, stderr } = run(line, [], 'pipe');
    const seconds = Math.round((Date.now() - startedAtMs) / 1000);
    process.stdout.write(`${status === 0 ? 'ok  ' : 'MISS'} acceptance ${line}, ${seconds} s\n`);
    if (status === 0) continue;
    failed += 1;
    process.stdout.write(`${stdout}${stderr}`);
  }
  process.stdout.write(`${FAST.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}
