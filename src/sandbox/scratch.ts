import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProcessAlive } from '../is-process-alive.ts';

const PREFIX = 'docbatch-scratch-';

/** The only folder outside the application that extraction processes may read; nobody writes into it but their parent. */
export interface Scratch {
  dir: string;
  /** A path that no other document has. */
  next(): string;
  remove(): Promise<void>;
}

/** Made at once, so that its path can be handed to the child processes; also clears away what killed processes left. */
export function createScratch(): Scratch {
  sweep();
  const dir = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  let count = 0;
  return {
    dir,
    next: () => join(dir, String((count += 1))),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

/** The name tells the process whose folder it was. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isProcessAlive(Number(pid))) {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}
