import type { DraftPart } from './draft.ts';
import { markdownTable } from './markdown-table.ts';

/** One sheet as a heading, a table without its empty rows and edges, and `extras`: its charts and comments. */
export function sheetPart(name: string, rows: string[][], extras: string[] = []): DraftPart {
  const pieces = [markdownTable(withoutEmptyEdges(rows)), ...extras].filter((piece) => piece !== '');
  const markdown = pieces.length === 0 ? '' : [`## ${name}`, ...pieces].join('\n\n');
  return { kind: 'sheet', label: name, markdown };
}

/** `hidden` are the names of sheets that Excel does not show; they are read like the others. */
export function hiddenSheetWarnings(hidden: string[]): string[] {
  if (hidden.length === 0) return [];
  return [`Hidden ${hidden.length === 1 ? 'sheet' : 'sheets'}: ${hidden.join(', ')}`];
}

function withoutEmptyEdges(rows: string[][]): string[][] {
  const kept = rows.filter((row) => row.some((cell) => cell !== ''));
  const first = kept.reduce(
    (least, row) =>
      Math.min(
        least,
        row.findIndex((cell) => cell !== ''),
      ),
    Number.POSITIVE_INFINITY,
  );
  return kept.map((row) => row.slice(first, row.findLastIndex((cell) => cell !== '') + 1));
}
