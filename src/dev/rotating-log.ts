import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface RotatingLog {
  path: string;
  write: (chunk: Buffer | string) => void;
  /** For a log that others write to. */
  rotateIfFull: () => void;
}

/** Appends to `path`; above `maxBytes` it becomes `path.1`, and so on up to `keep` old files. */
export function openRotatingLog(path: string, maxBytes = 5 * 1024 * 1024, keep = 3): RotatingLog {
  mkdirSync(dirname(path), { recursive: true });
  let sizeBytes = existsSync(path) ? statSync(path).size : 0;
  return {
    path,
    rotateIfFull: () => {
      if (sizeBytes > maxBytes) rotate(path, keep);
    },
    write: (chunk) => {
      const size = Buffer.byteLength(chunk);
      if (sizeBytes > 0 && sizeBytes + size > maxBytes) {
        rotate(path, keep);
        sizeBytes = 0;
      }
      appendFileSync(path, chunk, { mode: 0o600 });
      sizeBytes += size;
    },
  };
}

function rotate(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let age = keep - 1; age >= 1; age--) {
    if (existsSync(`${path}.${age}`)) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
  }
  if (existsSync(path)) renameSync(path, `${path}.1`);
}

/** `.docbatch/logs/<part>.log`. */
export function logPath(stateDir: string, part: string): string {
  return join(stateDir, 'logs', `${part}.log`);
}
