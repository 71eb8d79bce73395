import { decodeText } from './decode-text.ts';

/** For files whose name says nothing: what the first lines look most like, or null. */
export function guessTextType(head: string, bytes: Buffer): string | null {
  if (/^[{[]/.test(head)) {
    const json = parseJson(bytes);
    if (json !== undefined) return isNotebook(json) ? 'application/x-ipynb+json' : 'application/json';
    if (isJsonLines(head)) return 'application/x-ndjson';
  }
  if (/^(?:%YAML|---[ \t]*\r?\n\w+:)/.test(head)) return 'application/yaml';
  if (/^<(?:head|body|div|p|table|h[1-6])[\s>]/i.test(head)) return 'text/html';
  if (/^<[\w:-]+[\s>]/.test(head) && /<\/[\w:-]+>\s*$/.test(head)) return 'application/xml';
  const lines = head
    .split(/\r?\n/)
    .slice(0, 10)
    .filter((line) => line !== '');
  if (lines.length >= 3 && isEven(lines, '\t', 1)) return 'text/tab-separated-values';
  if (lines.length >= 3 && (isEven(lines, ',', 2) || isEven(lines, ';', 2))) return 'text/csv';
  return /^#{1,3} \S/m.test(head) && /\n\n/.test(head) ? 'text/markdown' : null;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(decodeText(bytes).text);
  } catch {
    return undefined;
  }
}

function isNotebook(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'cells' in json && 'nbformat' in json;
}

function isJsonLines(head: string): boolean {
  const [first, second] = head.split(/\r?\n/);
  const isValue = (line: string | undefined): boolean => {
    try {
      return line !== undefined && typeof JSON.parse(line) === 'object';
    } catch {
      return false;
    }
  };
  return isValue(first) && isValue(second);
}

function isEven(lines: string[], delimiter: string, atLeast: number): boolean {
  const counts = lines.map((line) => line.split(delimiter).length - 1);
  return counts[0]! >= atLeast && counts.every((count) => count === counts[0]);
}
