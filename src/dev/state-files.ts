import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { StackError } from './stack-error.ts';

/** Ports of the embedded servers, the same at every start as long as they are free. */
export interface StackPorts {
  postgres: number;
  temporal: number;
  webUi: number;
}

export function loadPorts(stateDir: string): StackPorts {
  const none: StackPorts = { postgres: 0, temporal: 0, webUi: 0 };
  try {
    const saved = JSON.parse(readFileSync(join(stateDir, 'stack.json'), 'utf8')) as {
      ports?: Partial<StackPorts>;
    };
    return { ...none, ...saved.ports };
  } catch {
    return none;
  }
}

export function savePorts(stateDir: string, ports: StackPorts): void {
  writePrivately(join(stateDir, 'stack.json'), `${JSON.stringify({ ports }, null, 2)}\n`);
}

/** The random password of the embedded PostgreSQL, made on first use; its file is readable by its owner alone. */
export function postgresPassword(stateDir: string): string {
  const path = join(stateDir, 'postgres-password');
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const password = randomBytes(24).toString('hex');
  writePrivately(path, `${password}\n`);
  return password;
}

/** Atomic: a kill in the middle leaves the old file. */
function writePrivately(path: string, content: string): void {
  const unfinished = `${path}.new-${process.pid}`;
  writeFileSync(unfinished, content, { mode: 0o600 });
  renameSync(unfinished, path);
}

/** Longer paths are cut by the kernel (104 bytes on macOS, 108 on Linux). */
const LONGEST_SOCKET_PATH = 100;

/** The keeper's Unix socket: in `.docbatch`, or in a private folder of the temp folder when that path is too long. */
export function keeperSocketPath(stateDir: string): string {
  const usual = join(stateDir, 'keeper.sock');
  if (Buffer.byteLength(usual) <= LONGEST_SOCKET_PATH) return usual;
  const folder = join(
    tmpdir(),
    `docbatch-${userInfo().uid}-${createHash('sha256').update(stateDir).digest('hex').slice(0, 16)}`,
  );
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = statSync(folder);
  if (uid !== userInfo().uid || (mode & 0o077) !== 0) {
    throw new StackError(`The folder \`${folder}\` is not private to you`, {
      why: 'the socket of the stack would be open to others',
      next: `rm -r ${folder}`,
    });
  }
  return join(folder, 'keeper.sock');
}
