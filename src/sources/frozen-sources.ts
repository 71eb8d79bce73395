import { opendir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import type { FrozenSources } from '../domain/scheduled-batch.ts';
import { globBase } from './glob.ts';
import { checkManifest, looksLikeManifest } from './read-manifest.ts';
import type { Source } from './resolve-sources.ts';
import { SourceError } from './source-error.ts';

/** What the user named, made absolute, for a worker to look at later. Whether it is there is `thawSources`' concern. */
export async function freezeSources(
  inputs: { paths: readonly string[]; manifest?: string | undefined },
  userDir: string,
): Promise<FrozenSources> {
  const frozen: FrozenSources = { paths: [], globs: [], manifests: [] };
  for (const named of inputs.paths) {
    const path = resolve(userDir, named);
    // `[2024]` may be a folder's name; what is there now decides, as it does for `process`.
    const info = await stat(path).catch(() => null);
    if (info === null && isDynamicPattern(named)) frozen.globs.push({ pattern: named, cwd: userDir });
    else if (info?.isFile() === true && (await looksLikeManifest(path)) === 'yes')
      frozen.manifests.push(path);
    else frozen.paths.push(path);
  }
  if (inputs.manifest !== undefined) frozen.manifests.push(resolve(userDir, inputs.manifest));
  return frozen;
}

/** Throws `SourceError` (with its cause) for what is missing or may not be opened; an empty folder is no error. */
export async function thawSources({ paths, globs, manifests }: FrozenSources): Promise<Source[]> {
  const sources: Source[] = [];
  for (const path of paths) sources.push(await thawPath(path));
  for (const { pattern, cwd } of globs) {
    await thawPath(resolve(cwd, globBase(pattern).base));
    sources.push({ kind: 'glob', pattern, cwd });
  }
  for (const manifest of manifests) {
    await thawPath(manifest);
    await checkManifest(manifest);
    sources.push({ kind: 'manifest', path: manifest });
  }
  return sources;
}

async function thawPath(path: string): Promise<Source> {
  try {
    if (!(await stat(path)).isDirectory()) return { kind: 'file', path };
    await (await opendir(path)).close();
    return { kind: 'folder', path };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new SourceError(`Cannot read \`${path}\``, {
      why: code === 'ENOENT' ? 'there is no such file or folder' : message,
      next: 'check the path; a glob must start from a folder that is there',
      cause: error,
    });
  }
}
