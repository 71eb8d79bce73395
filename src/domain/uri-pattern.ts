/**
 * A glob as a regular expression (PostgreSQL's and ours) over the end of a uri: `*.pdf` and `scan-0?.tif` look at names,
 * `2026/**` and `/data/in/*` at paths. `*` and `?` stay within a name, `**` does not; `[ab]` and `{a,b}` are choices.
 */
export function uriPattern(glob: string): string {
  const body = glob.replace(/^\.\//, '');
  const parts = body.match(/\*\*\/?|\*|\?|\[[^\]]+\]|\{[^}]+\}|[^*?[{]+|./gsu) ?? [];
  return `(^|/)${parts.map(translate).join('')}$`;
}

/** One character of a uri: those beyond ASCII are several escapes. */
const ONE = '((%[89A-F][0-9A-F])+|%[0-7][0-9A-F]|[^/%])';

function translate(part: string): string {
  if (part === '**/') return '(.*/)?';
  if (part === '**') return '.*';
  if (part === '*') return '[^/]*';
  if (part === '?') return ONE;
  if (part.startsWith('[') && part.length > 2) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
  if (part.startsWith('{') && part.length > 2) {
    return `(${part.slice(1, -1).split(',').map(literal).join('|')})`;
  }
  return literal(part);
}

function literal(text: string): string {
  return escaped(text).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** As `pathToFileURL` writes it. */
function escaped(text: string): string {
  if (/^[a-z]+:\/\//.test(text)) return text;
  const noMark = text.replaceAll('%', '%25').replaceAll('?', '%3F').replaceAll('#', '%23');
  return new URL(`file:///-${noMark}`).pathname.slice(2);
}
