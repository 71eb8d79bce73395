import { isTableRow } from './read-markdown.ts';

export interface TableShape {
  /** The heading above it: the sheet's or section's name. */
  label: string | null;
  columns: string[];
  /** Rows below the header. */
  rows: number;
}

export interface Tables {
  count: number;
  /** The first 20. */
  first: TableShape[];
  /** Column names of these, without repeats. */
  headers: string[];
}

const KEPT_TABLES = 20;
const KEPT_COLUMNS = 50;
const HEADER_CHARS = 4_000;

/** The pipe tables of the whole text, one pass over its lines. */
export function scanTables(markdown: string): Tables {
  const first: TableShape[] = [];
  let count = 0;
  let label: string | null = null;
  let header: string | null = null;
  let current: TableShape | null = null;
  for (let start = 0; start < markdown.length;) {
    const newline = markdown.indexOf('\n', start);
    const end = newline === -1 ? markdown.length : newline;
    const line = markdown.slice(start, Math.min(end, start + HEADER_CHARS)).trim();
    start = end + 1;
    if (!isTableRow(line)) {
      if (line.startsWith('#')) label = line.replace(/^#+\s*/, '').slice(0, 100);
      header = current = null;
    } else if (current !== null) {
      current.rows++;
    } else if (header !== null && isSeparator(line)) {
      current = { label, columns: cellsOf(header), rows: 0 };
      label = null;
      if (++count <= KEPT_TABLES) first.push(current);
    } else {
      header = line;
    }
  }
  const headers = [...new Set(first.flatMap(({ columns }) => columns))].slice(0, KEPT_COLUMNS);
  return { count, first, headers };
}

function isSeparator(line: string): boolean {
  return line.includes('-') && /^[|:\-\s]+$/.test(line);
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .slice(0, 500)
    .map((cell) =>
      cell
        .replace(/[*`\\]/g, '')
        .trim()
        .slice(0, 80)
        .toWellFormed(),
    );
}
