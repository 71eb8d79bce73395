import { createHash } from 'node:crypto';
import { permanent } from '../domain/failure.ts';

/** Longer names are shortened: at three depths they still fit an index of the database. */
const MAX_PATH_BYTES = 200;
const KEPT_BYTES = 160;

/**
 * The names of members as documents are called by them: with `/` between folders, without what a terminal or a URI could
 * stumble over, each once. Throws `unsafe_name` for one that leads out of its container.
 */
export function memberPaths(names: readonly string[]): string[] {
  const taken = new Set<string>();
  const copies = new Map<string, number>();
  return names.map((name, index) => {
    const path = shorten(clean(name) || `unnamed-${index + 1}`);
    const free = freePath(path, taken, copies);
    taken.add(free);
    return free;
  });
}

function clean(name: string): string {
  const parts = name.replaceAll('\\', '/').split('/');
  if (parts.some((part) => part.trim() === '..')) {
    const message = `The archive holds a name that leads out of it (\`${printable(name).slice(0, 100)}\`).`;
    throw permanent('unsafe_name', message, { stage: 'extract' });
  }
  return parts
    .filter((part) => part !== '' && part !== '.')
    .map(printable)
    .join('/');
}

function printable(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}

/** The end stays, for the ending of the name. */
function shorten(path: string): string {
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 8);
  const ending = /\.\w{1,8}$/.exec(path)?.[0] ?? '';
  const kept = Buffer.from(path)
    .subarray(0, KEPT_BYTES)
    .toString('utf8')
    .replace(/\ufffd$/, '');
  return `${kept}~${hash}${ending}`;
}

/** `copies` is how many of a path were counted: thousands may have the same. */
function freePath(path: string, taken: ReadonlySet<string>, copies: Map<string, number>): string {
  if (!taken.has(path)) return path;
  const [, stem, ending] = /^(.*?)(\.\w{1,8})?$/s.exec(path)!;
  for (let copy = (copies.get(path) ?? 1) + 1; ; copy += 1) {
    copies.set(path, copy);
    const candidate = `${stem!} (${copy})${ending ?? ''}`;
    if (!taken.has(candidate)) return candidate;
  }
}
