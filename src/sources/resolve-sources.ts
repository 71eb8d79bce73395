import { open, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { readManifest } from './read-manifest.ts';
import type { ManifestEntry } from './read-manifest.ts';
import { SourceError } from './source-error.ts';

/** One thing that the user named, checked: it exists, and can be opened when it is a file. */
export type Source =
  | { kind: 'file'; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'glob'; pattern: string; cwd: string }
  | { kind: 'manifest'; entries: ManifestEntry[] };

export interface SourceInputs {
  /** Files, folders, globs; `-` reads one path per line from `stdin`. */
  paths: readonly string[];
  /** A `.csv` or `.jsonl` with the columns uri, id, priority, group, metadata. */
  manifest?: string | undefined;
  stdin?: NodeJS.ReadableStream;
}

/** Throws `SourceError` for the first input that cannot be used, before anything is registered. */
export async function resolveSources(inputs: SourceInputs, userDir: string): Promise<Source[]> {
  const paths: string[] = [];
  for (const path of inputs.paths) {
    if (path === '-' && inputs.stdin !== undefined) {
      for await (const line of createInterface({ input: inputs.stdin })) if (line !== '') paths.push(line);
    } else paths.push(path);
  }
  const sources: Source[] = [];
  for (const path of paths) sources.push(await resolveOne(path, userDir));
  if (inputs.manifest !== undefined) {
    sources.push({ kind: 'manifest', entries: await readManifest(resolve(userDir, inputs.manifest)) });
  }
  return sources;
}

async function resolveOne(named: string, userDir: string): Promise<Source> {
  const path = resolve(userDir, named);
  let info;
  try {
    info = await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && isDynamicPattern(named)) return { kind: 'glob', pattern: named, cwd: userDir };
    throw new SourceError(`Cannot read \`${named}\``, {
      why: code === 'ENOENT' ? `there is no file or folder \`${path}\`` : (error as Error).message,
      next: 'check the path; quote globs',
      cause: error,
    });
  }
  if (info.isDirectory()) return { kind: 'folder', path };
  try {
    await (await open(path)).close();
  } catch (error) {
    throw new SourceError(`Cannot open \`${named}\``, {
      why: (error as Error).message,
      next: 'check its permissions',
      cause: error,
    });
  }
  return { kind: 'file', path };
}
