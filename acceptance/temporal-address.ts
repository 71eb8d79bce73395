import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where the project's own Temporal server listens. */
export async function temporalAddress(folder: string): Promise<string> {
  const stack = JSON.parse(await readFile(join(folder, '.docbatch/stack.json'), 'utf8')) as {
    ports: { temporal: number };
  };
  return `127.0.0.1:${stack.ports.temporal}`;
}
