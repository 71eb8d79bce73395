import { basename } from 'node:path';
import { loadConfig } from '../src/config.ts';
import { packageRoot } from '../src/paths.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { sandboxOptions } from '../src/sandbox/sandbox-options.ts';

export interface OurAnswer {
  seconds: number;
  state: 'completed' | 'failed';
  text: string;
  mimeType: string;
  code: string;
  message: string;
}

/** What our sandbox makes of these files, on defaults: as many processes as a worker has. */
export async function readAll(
  paths: readonly string[],
): Promise<{ answers: Map<string, OurAnswer>; seconds: number; processes: number }> {
  const options = sandboxOptions(loadConfig({ env: {}, cwd: packageRoot }).limits);
  const sandbox = createSandbox(options);
  const { signal } = new AbortController();
  const startedAtMs = performance.now();
  const answers = new Map<string, OurAnswer>();
  const read = async (path: string): Promise<void> => {
    const file = { path, name: basename(path), memberPath: [], known: null, timeoutMs: options.totalMs };
    const fileAtMs = performance.now();
    const answer = await sandbox.extract(file, signal).then(
      ({ extraction, mimeType }) =>
        ({ state: 'completed', text: extraction!.markdown, mimeType, code: '', message: '' }) as const,
      (error: unknown) => {
        const { code = 'internal', message } = error as Error & { code?: string };
        return { state: 'failed', text: '', mimeType: '', code, message } as const;
      },
    );
    answers.set(path, { ...answer, seconds: (performance.now() - fileAtMs) / 1000 });
  };
  const queue = [...paths];
  const lane = async (): Promise<void> => {
    for (let path = queue.shift(); path !== undefined; path = queue.shift()) await read(path);
  };
  await Promise.all(Array.from({ length: options.processes }, lane));
  const seconds = (performance.now() - startedAtMs) / 1000;
  await sandbox.close();
  return { answers, seconds, processes: options.processes };
}
