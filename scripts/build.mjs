// Compiles the whole tree to dist/ and bundles the workflows from dist/, with the same lockfile the worker runs on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', root], {
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
chmodSync(join(root, 'dist/cli/main.js'), 0o755);
await bundleWorkflows();

/** Bundling takes seconds, so it is skipped while nothing that goes into the bundle has changed. */
async function bundleWorkflows() {
  const bundlePath = join(root, 'dist/workflow-bundle.js');
  const stampPath = `${bundlePath}.stamp`;
  const stamp = inputsHash(['dist/workflows', 'dist/src/domain'], ['package-lock.json']);
  if (existsSync(bundlePath) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  const { bundleWorkflowCode } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'dist/workflows/index.js'),
    logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
  });
  mkdirSync(dirname(bundlePath), { recursive: true });
  writeFileSync(bundlePath, code);
  writeFileSync(stampPath, stamp);
}

function inputsHash(folders, files) {
  const hash = createHash('sha256');
  const add = (path) => hash.update(path).update(readFileSync(join(root, path)));
  const walk = (folder) => {
    for (const name of readdirSync(join(root, folder)).sort()) {
      const path = `${folder}/${name}`;
      if (statSync(join(root, path)).isDirectory()) walk(path);
      else if (name.endsWith('.js')) add(path);
    }
  };
  folders.forEach(walk);
  files.forEach(add);
  return hash.digest('hex');
}
