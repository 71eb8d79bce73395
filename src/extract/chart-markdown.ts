import { markdownTable } from './markdown-table.ts';
import { descendantsOf, childOf, lineOf, parseXml } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** A chart that a person can read has fewer. */
const MAX_POINTS = 10_000;

/** A chart of an office document: its title, and the values that it was drawn from as a table; empty when there is none. */
export function chartMarkdown(xml: string, maxDepth: number): string {
  const root = parseXml(xml, maxDepth);
  const chart = root === null ? undefined : childOf(root, 'c:chart');
  if (chart === undefined) return '';
  const title = titleOf(childOf(chart, 'c:title'));
  const series = descendantsOf(chart, 'c:ser');
  const categories = pointsOf(series[0], 'c:cat', 'c:xVal');
  const columns = series.map((one) => pointsOf(one, 'c:val', 'c:yVal'));
  const length = Math.max(0, categories.length, ...columns.map((column) => column.length));
  const names = series.map((one, index) => lineOf(valueOf(childOf(one, 'c:tx'))) ?? `Series ${index + 1}`);
  const rows = Array.from({ length }, (_, row) => [
    categories[row] ?? String(row + 1),
    ...columns.map((column) => column[row] ?? ''),
  ]);
  const table = length === 0 ? '' : markdownTable([['', ...names], ...rows]);
  const caption = title === undefined ? 'Chart:' : `Chart: ${title}`;
  return table === '' && title === undefined
    ? ''
    : [caption, table].filter((piece) => piece !== '').join('\n\n');
}

/** Its words, wherever they are formatted. */
function titleOf(title: XmlElement | undefined): string | undefined {
  const words = title === undefined ? [] : [...descendantsOf(title, 'a:t'), ...descendantsOf(title, 'c:v')];
  const text = words
    .map((word) => lineOf(word) ?? '')
    .join(' ')
    .trim();
  return text === '' ? undefined : text;
}

/** Values as they were when the chart was last drawn, by their index; gaps are empty. */
function pointsOf(series: XmlElement | undefined, ...names: string[]): string[] {
  const axis = childOf(series, ...names);
  if (axis === undefined) return [];
  const points: string[] = [];
  for (const point of descendantsOf(axis, 'c:pt')) {
    const index = Number(point.attributes.idx ?? points.length);
    if (Number.isInteger(index) && index >= 0 && index < MAX_POINTS)
      points[index] = lineOf(childOf(point, 'c:v')) ?? '';
  }
  return Array.from(points, (point: string | undefined) => point ?? '');
}

function valueOf(element: XmlElement | undefined): XmlElement | undefined {
  return element === undefined ? undefined : descendantsOf(element, 'c:v')[0];
}
