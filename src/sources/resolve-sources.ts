import type { Stats } from 'node:fs';
import { lstat, open, opendir, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { isDynamicPattern } from 'tinyglobby';
import { isEmpty } from './discover.ts';
import { checkManifest, looksLikeManifest } from './read-manifest.ts';
import { SourceError } from './source-error.ts';

/** One thing that the user named, checked: it exists, and can be opened when it is a file. */
export type Source =
  | { kind: 'file'; path: string }
  | { kind: 'folder'; path: string }
  | { kind: 'glob'; pattern: string; cwd: string }
  | { kind: 'manifest'; path: string };

export interface SourceInputs {
  /** Files, folders, globs, manifests; `-` reads one path per line from `stdin`. */
  paths: readonly string[];
  /** One document, never read as a manifest. */
  file?: string | undefined;
  /** A `.csv` or `.jsonl` with the columns uri, id, priority, group, metadata. */
  manifest?: string | undefined;
  stdin?: NodeJS.ReadableStream;
  /** Told what the user should know about how an input was read. */
  onNote?: (text: string) => void;
}

/** Throws `SourceError` for the first input that cannot be used or matches nothing, before anything is registered. */
export async function resolveSources(inputs: SourceInputs, userDir: string): Promise<Source[]> {
  const sources: Source[] = [];
  for await (const path of namedPaths(inputs)) sources.push(await resolveOne(path, userDir, inputs.onNote));
  if (inputs.file !== undefined) sources.push(await resolveFile(inputs.file, userDir));
  if (inputs.manifest !== undefined) {
    const path = resolve(userDir, inputs.manifest);
    await checkManifest(path);
    sources.push({ kind: 'manifest', path });
  }
  if (sources.length > 0) await refuseEmpty(sources, inputs.onNote);
  return sources;
}

async function* namedPaths({ paths, stdin }: SourceInputs): AsyncIterable<string> {
  for (const path of paths) {
    if (path !== '-' || stdin === undefined) {
      yield path;
      continue;
    }
    let found = false;
    for await (const line of createInterface({ input: stdin })) {
      if (line.trim() === '') continue;
      found = true;
      yield line;
    }
    if (!found) {
      const next = 'pipe one path per line: find . -name "*.pdf" | docbatch process -';
      throw new SourceError('No document was found', { why: '`-` read no path from stdin', next });
    }
  }
}

async function resolveOne(named: string, userDir: string, onNote: SourceInputs['onNote']): Promise<Source> {
  // It would be the folder where the user stands.
  if (named === '')
    throw cannotOpen(named, 'the path is empty', undefined, 'check the variable that it comes from');
  const path = resolve(userDir, named);
  let info: Stats;
  try {
    info = await stat(path);
  } catch (error) {
    const problem = error as NodeJS.ErrnoException;
    if (problem.code !== 'ENOENT' || !isDynamicPattern(named)) throw await cannotRead(named, path, problem);
    return { kind: 'glob', pattern: named, cwd: userDir };
  }
  if (!info.isDirectory()) {
    const file = await resolveFile(named, userDir);
    const likeness = await looksLikeManifest(path);
    if (likeness === 'no') return file;
    if (likeness === 'almost') {
      onNote?.(`\`${named}\` is taken as a document; to take it as a list of documents: --manifest ${named}`);
      return file;
    }
    onNote?.(`\`${named}\` is read as a list of documents; to take it as a document itself: --file ${named}`);
    await checkManifest(path);
    return { kind: 'manifest', path };
  }
  try {
    await (await opendir(path)).close();
  } catch (error) {
    throw cannotOpen(named, (error as Error).message, error);
  }
  return { kind: 'folder', path };
}

async function resolveFile(named: string, userDir: string): Promise<Source> {
  const path = resolve(userDir, named);
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw cannotOpen(named, 'it is a folder', undefined, 'name it without --file');
    // Opening a named pipe that nobody writes to would wait for ever.
    if (!info.isFile()) throw cannotOpen(named, 'it is a device or a pipe, not a file');
    const handle = await open(path);
    try {
      await handle.read(Buffer.alloc(1), 0, 1, 0);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw await cannotRead(named, path, error as NodeJS.ErrnoException);
  }
  return { kind: 'file', path };
}

async function cannotRead(named: string, path: string, error: NodeJS.ErrnoException): Promise<SourceError> {
  if (error.code !== 'ENOENT') return cannotOpen(named, error.message, error);
  const isLink = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isLink) return cannotOpen(named, 'it is a link that leads to nothing', error, 'mend the link');
  return new SourceError(`Cannot find \`${named}\``, {
    why: `there is no file or folder \`${path}\``,
    next: 'check the path; relative ones start where you stand',
    cause: error,
  });
}

function cannotOpen(
  named: string,
  why: string,
  cause?: unknown,
  next = 'check it and its permissions; nothing was registered',
): SourceError {
  return new SourceError(`Cannot open \`${named}\``, { why, next, cause });
}

/** A glob must match something; a folder may be empty as long as another source is not. */
async function refuseEmpty(sources: readonly Source[], onNote: SourceInputs['onNote']): Promise<void> {
  const empty: Source[] = [];
  for (const source of sources) {
    if (!(await isEmpty(source))) continue;
    if (source.kind === 'glob') {
      const why = `nothing matches \`${source.pattern}\` in \`${source.cwd}\``;
      throw new SourceError('No document was found', { why, next: 'check the pattern, and quote it' });
    }
    empty.push(source);
  }
  const names = empty.map((source) => (source.kind === 'glob' ? source.pattern : source.path));
  if (empty.length < sources.length) {
    for (const name of names) onNote?.(`There is no document in \`${name}\``);
    return;
  }
  throw new SourceError('No document was found', {
    why: `there is no file in ${names.map((name) => `\`${name}\``).join(', ')}`,
    next: 'check the path; hidden files are left out',
  });
}
