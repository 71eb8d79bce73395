/** Rows after which the width of a table is settled; later rows that are wider keep their cells. */
const ROWS_FOR_WIDTH = 1000;
const LINES_PER_PIECE = 1000;

/** A pipe table whose first row is the head; rows may differ in length. Empty when there is no row. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  if (width === 0) return '';
  return [...linesOf(rows.slice(0, 1), width), ruleOf(width), ...linesOf(rows.slice(1), width)].join('\n');
}

export interface TableBuilder {
  add(row: readonly string[]): void;
  readonly characters: number;
  finish(): string;
}

/** The same table, made row by row of a file that is too long to be held as cells. */
export function tableBuilder(): TableBuilder {
  const first: (readonly string[])[] = [];
  const pieces: string[] = [];
  let lines: string[] = [];
  let width = 0;
  let characters = 0;

  return {
    add(row) {
      if (first.length < ROWS_FOR_WIDTH) first.push(row);
      else {
        if (width === 0) settle();
        push(lineOf(row, width));
      }
      if (width === 0) characters += row.reduce((sum, cell) => sum + cell.length + 3, 2);
    },
    get characters() {
      return characters;
    },
    finish() {
      if (width === 0) return markdownTable(first);
      return [...pieces, lines.join('\n')].filter((piece) => piece !== '').join('\n');
    },
  };

  function settle(): void {
    width = first.reduce((widest, row) => Math.max(widest, row.length), 1);
    pieces.push(markdownTable(first));
    characters = pieces[0]!.length;
  }

  function push(line: string): void {
    lines.push(line);
    characters += line.length + 1;
    if (lines.length < LINES_PER_PIECE) return;
    pieces.push(lines.join('\n'));
    lines = [];
  }
}

function linesOf(rows: readonly (readonly string[])[], width: number): string[] {
  return rows.map((row) => lineOf(row, width));
}

function ruleOf(width: number): string {
  return lineOf(
    Array.from({ length: width }, () => '---'),
    width,
  );
}

function lineOf(row: readonly string[], width: number): string {
  const cells = row.map(cell);
  while (cells.length < width) cells.push('');
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  const flat = /[\n\r]/.test(text) ? text.replace(/\s*[\r\n]+\s*/g, ' ') : text;
  return (flat.includes('|') ? flat.replaceAll('|', '\\|') : flat).trim();
}
