import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../src/paths.ts';

export interface PeerAnswer {
  seconds: number;
  text?: string;
  error?: string;
}

const run = promisify(execFile);
const PACKAGE = 'markitdown[docx,pptx,xlsx,xls,pdf,outlook]==0.1.9';

/** MarkItDown in a Python environment of its own, which is thrown away; null when it cannot be installed here. */
export async function installPeer(): Promise<{ python: string; remove(): Promise<void> } | null> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-peer-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin/pip'), ['install', '--quiet', PACKAGE]);
    return { python: join(folder, 'bin/python'), remove };
  } catch {
    await remove();
    return null;
  }
}

/** What it makes of these files, one after the other in one process, as it is meant to be used. */
export async function askPeer(python: string, paths: readonly string[]): Promise<Map<string, PeerAnswer>> {
  const child = spawn(python, [join(packageRoot, 'bench/run-peer.py')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.end(paths.map((path) => `${path}\n`).join(''));
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk);
  const answers = output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PeerAnswer);
  return new Map(paths.map((path, index) => [path, answers[index] ?? { seconds: 0, error: 'died before' }]));
}
