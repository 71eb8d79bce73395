import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';

const SMALLEST = 512;
const LARGEST = 8_192;

/**
 * Cuts the readmes, notes and type declarations under node_modules, which every checkout has after `npm ci`, into
 * `count` different pieces of 0.5 to 8 KB at line ends. The same lockfile gives the same documents. Returns their names.
 */
export async function writeDocuments(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const names: string[] = [];
  const seen = new Set<string>();
  for (const path of await sources()) {
    for (const piece of cut(await readFile(path, 'utf8'))) {
      const hash = createHash('sha256').update(piece).digest('hex');
      // Equal content is asked for once only, and would spoil the ideal.
      if (seen.has(hash)) continue;
      seen.add(hash);
      const name = `${String(names.length + 1).padStart(5, '0')}.${path.endsWith('.md') ? 'md' : 'txt'}`;
      await writeFile(join(folder, name), piece);
      names.push(name);
      if (names.length === count) return names;
    }
  }
  throw new Error(`Expected text for ${count} documents under node_modules, found ${names.length}`);
}

/** Prose before declarations, each in the order of paths. */
async function sources(): Promise<string[]> {
  const root = join(packageRoot, 'node_modules');
  const paths = (await readdir(root, { recursive: true })).sort();
  return ['.md', '.d.ts'].flatMap((ending) =>
    paths.filter((path) => path.endsWith(ending)).map((path) => join(root, path)),
  );
}

/** Sizes are spread evenly over the doublings from 0.5 to 8 KB, drawn from the text itself. */
function* cut(text: string): Generator<string> {
  for (let from = 0; text.length - from >= SMALLEST;) {
    const draw = createHash('sha256')
      .update(text.slice(from, from + SMALLEST))
      .digest()
      .readUInt32BE(0);
    const size = Math.round(SMALLEST * (LARGEST / SMALLEST) ** (draw / 2 ** 32));
    const lineEnd = text.lastIndexOf('\n', from + size) + 1;
    const to = lineEnd - from >= SMALLEST ? lineEnd : from + size;
    const piece = text.slice(from, to);
    if (Buffer.byteLength(piece) <= LARGEST && piece.length >= SMALLEST && piece.trim().length > 100)
      yield piece;
    from = to;
  }
}
