import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import mime from 'mime-types';
import { glob } from 'tinyglobby';
import type { DiscoveredDocument } from '../domain/source.ts';
import type { ManifestEntry } from './read-manifest.ts';
import type { Source } from './resolve-sources.ts';

const HASHES_AT_ONCE = 8;
const JUNK = /^(\.|~\$)|^(Thumbs\.db|desktop\.ini|node_modules)$/i;

/** Streams the documents of a source in a stable order, each with the hash of its bytes. */
export async function* discover(
  source: Source,
  signal: AbortSignal,
  onSkipped: (path: string) => void = () => undefined,
): AsyncIterable<DiscoveredDocument> {
  const window: Promise<DiscoveredDocument>[] = [];
  for await (const { path, root, entry } of paths(source, onSkipped)) {
    signal.throwIfAborted();
    const described = describe(path, root, entry);
    described.catch(() => undefined);
    window.push(described);
    if (window.length >= HASHES_AT_ONCE) yield (await window.shift())!;
  }
  for (const described of window) yield await described;
}

interface Found {
  path: string;
  root: string;
  entry?: ManifestEntry;
}

async function* paths(source: Source, onSkipped: (path: string) => void): AsyncIterable<Found> {
  switch (source.kind) {
    case 'file':
      yield { path: source.path, root: dirname(source.path) };
      return;
    case 'folder':
      yield* walk(source.path, source.path, onSkipped, new Set());
      return;
    case 'glob':
      for (const path of (await glob(source.pattern, { cwd: source.cwd, absolute: true })).sort()) {
        yield { path, root: dirname(path) };
      }
      return;
    case 'manifest':
      for (const entry of source.entries) yield { path: entry.path, root: dirname(entry.path), entry };
  }
}

async function* walk(
  folder: string,
  root: string,
  onSkipped: (path: string) => void,
  seen: Set<string>,
): AsyncIterable<Found> {
  const real = await realpath(folder);
  if (seen.has(real)) return;
  seen.add(real);
  const names: string[] = [];
  for await (const { name } of await opendir(folder)) names.push(name);
  for (const name of names.sort()) {
    const path = join(folder, name);
    if (JUNK.test(name)) {
      onSkipped(path);
      continue;
    }
    const info = await stat(path).catch(() => null);
    if (info?.isDirectory() === true) yield* walk(path, root, onSkipped, seen);
    else if (info === null || info.isFile()) yield { path, root };
  }
}

async function describe(path: string, root: string, entry?: ManifestEntry): Promise<DiscoveredDocument> {
  const { path: _path, ...given } = entry ?? { path };
  const base = {
    uri: pathToFileURL(path).href,
    name: basename(path),
    sourceRoot: root,
    mimeType: mime.lookup(path) || null,
    ...given,
  };
  try {
    const info = await stat(path);
    const contentSha256 = await sha256(path);
    return { ...base, sizeBytes: info.size, modifiedAt: info.mtime, contentSha256 };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = { code: code === 'ENOENT' ? ('missing' as const) : ('unreadable' as const), message };
    return { ...base, sizeBytes: null, modifiedAt: null, contentSha256: null, problem };
  }
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
