import type { TableShape, Tables } from './tables.ts';

export interface DataClues {
  mimeType: string;
  markdown: string;
  tables: Tables;
  documentType: string;
}

/** JSON up to this is parsed to describe it; of longer text only the beginning is looked at. */
const PARSED_CHARS = 1_000_000;
const LOOKED_AT_CHARS = 20_000;
const SHOWN_NAMES = 8;

/** What columns, rows or keys a spreadsheet or data file holds; null for prose. */
export function describeData({ mimeType, markdown, tables, documentType }: DataClues): string | null {
  if (documentType === 'spreadsheet')
    return describeTables(tables.first, tables.count) ?? describeLines(markdown, mimeType);
  if (documentType !== 'data') return null;
  const text = withoutFence(markdown);
  if (text.trim() === '') return null;
  return (
    describeJson(text) ??
    describeXml(text) ??
    describeTables(tables.first, tables.count) ??
    describeKeys(text) ??
    null
  );
}

/** `Table “Sheet1” with 3 columns (a, b, c) and 12 rows.`, for the first three tables. */
export function describeTables(tables: TableShape[], count: number): string | null {
  if (tables.length === 0) return null;
  const shown = tables.slice(0, 3).map(({ label, columns, rows }) => {
    const title = label === null ? 'Table' : `Table “${label}”`;
    const named = columns.filter((column) => column !== '');
    const names = named.length === 0 ? '' : ` (${listed(named)})`;
    return `${title} with ${counted(columns.length, 'column')}${names} and ${counted(rows, 'row')}.`;
  });
  if (count > 3) shown.push(`${counted(count - 3, 'more table')}.`);
  return shown.join(' ');
}

/** Separated values that the reader left as text. */
function describeLines(markdown: string, mimeType: string): string | null {
  const text = withoutFence(markdown).trim();
  if (text === '') return null;
  const header = text.slice(0, LOOKED_AT_CHARS).split('\n', 1)[0] ?? '';
  const separator = mimeType.includes('tab')
    ? '\t'
    : ([',', ';', '\t', '|'].find((mark) => header.includes(mark)) ?? ',');
  const columns = header.split(separator).map((cell) => cell.replace(/^["\s]+|["\s]+$/g, '').slice(0, 80));
  let rows = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) rows++;
  return describeTables([{ label: null, columns, rows }], 1);
}

function describeJson(text: string): string | null {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return null;
  if (trimmed.length > PARSED_CHARS) return `JSON of ${trimmed.length} characters.`;
  try {
    return describeValue(JSON.parse(trimmed));
  } catch {
    return describeJsonLines(trimmed);
  }
}

function describeValue(value: unknown): string {
  if (Array.isArray(value)) {
    const keys = new Set(value.slice(0, 100).flatMap((item) => (isRecord(item) ? Object.keys(item) : [])));
    return `JSON list of ${counted(value.length, 'item')}${keys.size === 0 ? '' : ` with the keys ${listed([...keys])}`}.`;
  }
  if (!isRecord(value)) return 'One JSON value.';
  const keys = Object.keys(value);
  return `JSON object with ${counted(keys.length, 'key')}${keys.length === 0 ? '' : `: ${listed(keys)}`}.`;
}

function describeJsonLines(text: string): string | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    const first: unknown = JSON.parse(lines[0] ?? '');
    if (lines.length < 2 || !isRecord(first)) return null;
    return `JSON lines: ${counted(lines.length, 'item')} with the keys ${listed(Object.keys(first))}.`;
  } catch {
    return null;
  }
}

function describeXml(text: string): string | null {
  const head = text.slice(0, LOOKED_AT_CHARS);
  if (!head.trimStart().startsWith('<')) return null;
  const tags = [...head.matchAll(/<([A-Za-z_][\w.:-]{0,80})[\s/>]/g)].map(([, tag]) => tag!);
  const [root, ...others] = tags;
  if (root === undefined) return null;
  const names = [...new Set(others)].filter((tag) => tag !== root);
  return `XML with the root element \`${root}\`${names.length === 0 ? '' : ` and the elements ${listed(names)}`}.`;
}

/** Top-level keys of YAML and settings files: those with the indent of the first. */
function describeKeys(text: string): string | null {
  const keys = new Set<string>();
  let topIndent: number | null = null;
  const pattern = /^( {0,12}(?:- )?)["']?([\p{L}_][\p{L}\d_. -]{0,60})["']?\s{0,3}[:=]/gmu;
  for (const [, indent, key] of text.slice(0, LOOKED_AT_CHARS).matchAll(pattern)) {
    topIndent ??= indent!.length;
    if (indent!.length === topIndent) keys.add(key!.trim());
  }
  return keys.size === 0 ? null : `Data with ${counted(keys.size, 'top-level key')}: ${listed([...keys])}.`;
}

function withoutFence(markdown: string): string {
  const fenced = /^\s*(?:#[^\n]{0,200}\n\s*)?(```|~~~)[^\n]{0,40}\n/.exec(markdown);
  if (fenced === null) return markdown;
  const end = markdown.lastIndexOf(`\n${fenced[1]!}`);
  return markdown.slice(fenced[0].length, end > fenced[0].length ? end : undefined);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listed(names: string[]): string {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => name.slice(0, 60).toWellFormed());
  return names.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ');
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
