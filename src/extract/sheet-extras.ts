import { commentLines, readComments, readThreads } from './cell-comments.ts';
import { chartMarkdown } from './chart-markdown.ts';
import { decodeEntities } from './decode-entities.ts';
import { zipParts } from './zip-parts.ts';

const WORKBOOK = 'xl/workbook.xml';

/** What lies on the sheets of an Excel workbook beside their cells, by the sheet's name: charts, and comments on cells. */
export function sheetExtras(bytes: Buffer, maxDepth: number): Map<string, string[]> {
  const parts = zipParts(bytes);
  const files = parts.references(WORKBOOK);
  const persons = [...files.values()].find((name) => /(?:^|\/)persons?\/[^/]+\.xml$/.test(name)) ?? '';
  const extras = new Map<string, string[]>();
  for (const [tag] of parts.read(WORKBOOK).matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)) {
    const name = decodeEntities(/\bname="([^"]*)"/.exec(tag)?.[1] ?? '');
    const file = files.get(/\b\w+:id="([^"]*)"/.exec(tag)?.[1] ?? '');
    if (file === undefined) continue;
    const pieces = extrasOf(file).filter((piece) => piece !== '');
    if (pieces.length > 0) extras.set(name, pieces);
  }
  return extras;

  function extrasOf(sheet: string): string[] {
    const targets = [...parts.references(sheet).values()];
    const named = (pattern: RegExp): string[] => targets.filter((target) => pattern.test(target));
    const threads = named(/\/threadedComments\/[^/]+\.xml$/).flatMap((target) =>
      readThreads(parts.read(target), parts.read(persons), maxDepth),
    );
    const answered = new Set(threads.map(({ cell }) => cell));
    const notes = named(/(?:^|\/)comments\w*\.xml$/)
      .flatMap((target) => readComments(parts.read(target), maxDepth))
      .filter(({ cell }) => !answered.has(cell));
    const charts = named(/\/drawings\/[^/]+\.xml$/)
      .flatMap((drawing) => [...parts.references(drawing).values()])
      .filter((target) => /\/charts\/chart[^/]*\.xml$/.test(target));
    return [
      ...charts.map((chart) => chartMarkdown(parts.read(chart), maxDepth)),
      commentLines([...notes, ...threads]),
    ];
  }
}
