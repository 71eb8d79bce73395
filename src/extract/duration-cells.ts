import { decodeEntities } from './decode-entities.ts';
import { isDurationFormat } from './hours.ts';
import { zipParts } from './zip-parts.ts';

const WORKBOOK = 'xl/workbook.xml';
const MAX_SHEET_BYTES = 128 * 1024 * 1024;
/** `[h]:mm:ss`: it has a number and need not be written down. */
const BUILT_IN = '46';

/**
 * The cells of each sheet, as `row:column` from 0, whose number format counts time: the reader of workbooks gives them as
 * dates. Most workbooks have no such format, and then their sheets are not looked at.
 */
export function durationCells(bytes: Buffer): Map<string, Set<string>> {
  const parts = zipParts(bytes);
  const files = parts.references(WORKBOOK);
  const cells = new Map<string, Set<string>>();
  const styleFile = [...files.values()].find((name) => /(?:^|\/)styles[^/]*\.xml$/.test(name));
  const styles = styleFile === undefined ? new Set<string>() : durationStyles(parts.read(styleFile));
  if (styles.size === 0) return cells;
  for (const [tag] of parts.read(WORKBOOK).matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)) {
    const file = files.get(attribute(tag, String.raw`\w+:id`));
    if (file === undefined) continue;
    cells.set(decodeEntities(attribute(tag, 'name')), cellsOf(parts.read(file, MAX_SHEET_BYTES), styles));
  }
  return cells;
}

/** Places in the list of cell formats. */
function durationStyles(xml: string): Set<string> {
  const formats = new Set([BUILT_IN]);
  for (const [tag] of xml.matchAll(/<(?:\w+:)?numFmt\s[^>]*>/g)) {
    const id = attribute(tag, 'numFmtId');
    if (isDurationFormat(decodeEntities(attribute(tag, 'formatCode')))) formats.add(id);
    else formats.delete(id);
  }
  const list = /<(?:\w+:)?cellXfs\b[\s\S]*?<\/(?:\w+:)?cellXfs>/.exec(xml)?.[0] ?? '';
  const used = [...list.matchAll(/<(?:\w+:)?xf\s[^>]*>/g)].map(([tag]) => attribute(tag, 'numFmtId'));
  return new Set(used.flatMap((id, place) => (formats.has(id) ? [String(place)] : [])));
}

function cellsOf(xml: string, styles: ReadonlySet<string>): Set<string> {
  const cells = new Set<string>();
  for (const [tag] of xml.matchAll(/<(?:\w+:)?c\s[^>]*>/g)) {
    if (!styles.has(attribute(tag, 's'))) continue;
    const [, letters, row] = /^([A-Z]{1,3})(\d{1,7})$/.exec(attribute(tag, 'r')) ?? [];
    if (letters !== undefined) cells.add(`${Number(row) - 1}:${columnOf(letters)}`);
  }
  return cells;
}

/** From 0. */
function columnOf(letters: string): number {
  return Array.from(letters).reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

function attribute(tag: string, name: string): string {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
}
