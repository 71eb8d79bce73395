// `npm run acceptance -- spine.4`: runs one committed script per acceptance line; exits 1 on a miss.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'dist/acceptance');
const [wanted, ...rest] = process.argv.slice(2);
const known = readdirSync(folder)
  .filter((name) => /^[a-z]+\.\d+\.js$/.test(name))
  .map((name) => name.slice(0, -3));
if (wanted === undefined || !existsSync(join(folder, `${wanted}.js`))) {
  process.stderr.write(
    `Expected one of: ${known.join(', ')}${wanted === undefined ? '' : `; got \`${wanted}\``}\n`,
  );
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [join(folder, `${wanted}.js`), ...rest], { stdio: 'inherit' });
process.exit(status ?? 1);
