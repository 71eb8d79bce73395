import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config.ts';
import { acquireStack } from '../../src/dev/stack.ts';

/** Starts this file as a process that holds a lease of PostgreSQL and Temporal, and of a worker if wanted; resolves with its id when it has it. */
export function holdLeaseElsewhere(projectDir: string, part = ''): Promise<number> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), projectDir, part], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.unref();
  return new Promise((resolve, reject) => {
    child.stdout.once('data', () => resolve(child.pid ?? 0));
    child.once('exit', (code) => reject(new Error(`no lease: code ${code ?? 'none'}`)));
  });
}

const [, program, projectDir, part] = process.argv;
if (program === fileURLToPath(import.meta.url) && projectDir !== undefined) {
  await acquireStack(loadConfig({ env: {}, cwd: projectDir, project: projectDir }), {
    needs: { temporal: true, worker: part === 'worker' },
    purpose: 'hold-lease',
    onStep: () => undefined,
    signal: new AbortController().signal,
  });
  process.stdout.write('leased\n');
}
