import { createHash } from 'node:crypto';
import { lstat, open, opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import mime from 'mime-types';
import { formats } from '../extract/formats.ts';
import type { DiscoveredDocument } from '../domain/source.ts';
import { globBase, globSource } from './glob.ts';
import { readManifest } from './read-manifest.ts';
import type { ManifestEntry } from './read-manifest.ts';
import type { Source } from './resolve-sources.ts';

const HASHES_AT_ONCE = 8;
const READ_BYTES = 256 * 1024;
const JUNK = /^(\.|~\$)|^(Thumbs\.db|desktop\.ini|node_modules)$/i;

/** Streams the documents of a source in a stable order, each with the hash of its bytes. */
export async function* discover(
  source: Source,
  signal: AbortSignal,
  onSkipped: (path: string) => void = () => undefined,
  onRead: (bytes: number) => void = () => undefined,
): AsyncIterable<DiscoveredDocument> {
  const reading = { signal, onRead };
  const window: Promise<DiscoveredDocument>[] = [];
  for await (const { path, root, entry } of paths(source, onSkipped)) {
    signal.throwIfAborted();
    const described = describe({ path, root, ...(entry && { entry }) }, reading);
    described.catch(() => undefined);
    window.push(described);
    if (window.length >= HASHES_AT_ONCE) yield (await window.shift())!;
  }
  for (const described of window) {
    signal.throwIfAborted();
    yield await described;
  }
}

/** True when there is nothing to discover; looks no further than the first document. */
export async function isEmpty(source: Source): Promise<boolean> {
  for await (const _found of paths(source, () => undefined)) return false;
  return true;
}

interface Found {
  path: string;
  root: string;
  entry?: ManifestEntry;
}

interface Reading {
  signal: AbortSignal;
  onRead(bytes: number): void;
}

async function* paths(source: Source, onSkipped: (path: string) => void): AsyncIterable<Found> {
  switch (source.kind) {
    case 'file':
      yield { path: source.path, root: dirname(source.path) };
      return;
    case 'folder':
      yield* walk(source.path, { root: source.path, depth: Infinity, onSkipped, seen: new Set() });
      return;
    case 'glob':
      yield* matching(source, onSkipped);
      return;
    case 'manifest':
      for await (const entry of readManifest(source.path)) {
        yield { path: entry.path, root: dirname(entry.path), entry };
      }
  }
}

/** Our own walk, not a library's: what cannot be opened must come out too, as one failed item. */
async function* matching(
  { pattern, cwd }: Extract<Source, { kind: 'glob' }>,
  onSkipped: (path: string) => void,
): AsyncIterable<Found> {
  const { base, rest } = globBase(pattern);
  const root = resolve(cwd, base);
  const isThere = await stat(root).then(
    (info) => info.isDirectory(),
    () => false,
  );
  if (!isThere) return;
  const wanted = new RegExp(`^${globSource(rest)}$`, 'su');
  const depth = rest.includes('**') ? Infinity : rest.split('/').length;
  for await (const found of walk(root, { root, depth, onSkipped, seen: new Set() })) {
    if (wanted.test(relative(root, found.path))) yield found;
  }
}

interface Walk {
  root: string;
  /** Levels of folders to look into, this one included. */
  depth: number;
  onSkipped: (path: string) => void;
  /** Real paths of the folders above and before: links that lead back are followed once. */
  seen: Set<string>;
}

async function* walk(folder: string, { root, depth, onSkipped, seen }: Walk): AsyncIterable<Found> {
  const names: string[] = [];
  try {
    const real = await realpath(folder);
    if (seen.has(real)) return;
    seen.add(real);
    for await (const { name } of await opendir(folder)) names.push(name);
  } catch {
    // A folder that may not be opened holds an unknown number of documents: it is shown as one that failed.
    yield { path: folder, root };
    return;
  }
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (JUNK.test(name)) {
      onSkipped(path);
      continue;
    }
    const info = await stat(path).catch(() => null);
    if (info?.isDirectory() !== true) yield { path, root };
    else if (depth > 1) yield* walk(path, { root, depth: depth - 1, onSkipped, seen });
  }
}

/** As the reader will call it, so that the type is the same before and after the first reading. */
const byEnding = new Map(
  formats.flatMap(({ extensions, mimeType }) => extensions.map((ending) => [ending, mimeType] as const)),
);

async function describe({ path, root, entry }: Found, reading: Reading): Promise<DiscoveredDocument> {
  const { path: _path, ...given } = entry ?? { path };
  const base = {
    uri: pathToFileURL(path).href,
    name: basename(path),
    sourceRoot: root,
    mimeType: byEnding.get(extname(path).slice(1).toLowerCase()) ?? (mime.lookup(path) || null),
    ...given,
  };
  try {
    const info = await stat(path);
    // Reading a pipe that nobody writes to would wait for ever.
    if (!info.isFile()) throw new Error('it is not a file');
    const contentSha256 = await sha256(path, info.size, reading);
    return { ...base, sizeBytes: info.size, modifiedAt: info.mtime, contentSha256 };
  } catch (error) {
    // An interrupted reading says nothing about the document.
    reading.signal.throwIfAborted();
    const problem = { code: await problemOf(path, error), message: (error as Error).message };
    const nothing = { sizeBytes: null, modifiedAt: null, contentSha256: null };
    return { ...base, ...nothing, sourceRoot: await nearestFolder(root), problem };
  }
}

/** A folder that was never there cannot go away: only what is there now halts a batch when it is gone later. */
async function nearestFolder(folder: string): Promise<string> {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    if (await stat(at).catch(() => null)) return at;
  }
  return '/';
}

/** A link that leads to nothing is there, and cannot be opened. */
async function problemOf(path: string, error: unknown): Promise<'missing' | 'unreadable'> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return 'unreadable';
  // A name that is not UTF-8 comes with these in it, and opens nothing.
  if (path.includes('\ufffd')) return 'unreadable';
  return lstat(path).then(
    () => 'unreadable',
    () => 'missing',
  );
}

/** Not a stream: at a hundred thousand small files its buffers of 64 KB each are most of the garbage. */
async function sha256(path: string, sizeBytes: number, { signal, onRead }: Reading): Promise<string> {
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(Math.min(sizeBytes + 1, READ_BYTES));
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(buffer);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, bytesRead));
      onRead(bytesRead);
    }
  } finally {
    await file.close();
  }
}
