import { pathToFileURL } from 'node:url';

/**
 * A glob as the source of a regular expression that JavaScript and PostgreSQL read alike: `*` and `?` stay within one
 * path segment, `**` crosses them, `[a-z]`, `[!x]` and `{a,b}` as usual, a backslash takes the next character as it is.
 */
export function globSource(glob: string, literal: (character: string) => string = escaped): string {
  const tokens = glob.match(/\*\*\/|\*\*|\[!?[^\]/]+\]|\\.|./gsu) ?? [];
  let open = 0;
  return tokens
    .map((token) => {
      if (token === '**/') return '(?:.*/)?';
      if (token === '**') return '.*';
      if (token === '*') return '[^/]*';
      // One character may be several percent-encoded bytes in a URI.
      if (token === '?') return '(?:(?:%[0-9A-F]{2})+|[^/])';
      if (token === '{' && glob.includes('}')) return ((open += 1), '(?:');
      if (token === '}' && open > 0) return ((open -= 1), ')');
      if (token === ',' && open > 0) return '|';
      if (token.length > 1 && token.startsWith('['))
        return token.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
      return literal(token.startsWith('\\') ? token.slice(1) : token);
    })
    .join('');
}

/** The folder that a glob starts from (no magic in it), and what is to match below it. */
export function globBase(glob: string): { base: string; rest: string } {
  const segments = glob.split('/');
  const magic = segments.findIndex((segment) => /[*?[{\\]/.test(segment));
  const from = magic < 0 ? segments.length - 1 : magic;
  return {
    base: segments.slice(0, from).join('/') || (glob.startsWith('/') ? '/' : '.'),
    rest: segments.slice(from).join('/'),
  };
}

/** Matches the end of a document's URI from a segment's start, or the whole URI; for PostgreSQL's `~`. */
export function uriPattern(glob: string): string {
  return `(?:^|/)${globSource(glob.replace(/^\.\//, ''), (character) => escaped(inUri(character)))}$`;
}

/** As a file's URI spells it, so that it equals what discovery stored. */
function inUri(character: string): string {
  return character === '/' ? '/' : pathToFileURL(`/x${character}`).pathname.slice(2);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
