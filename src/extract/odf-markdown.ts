import { fence } from './fence.ts';
import { markdownTable } from './markdown-table.ts';
import { childOf, elementsOf, lineOf } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface OdfCounts {
  tables: number;
  images: number;
}

/** Repeated cells and rows fill a sheet to its edge; no table in a text has more. */
const MAX_REPEATS = 200;

interface Context {
  counts: OdfCounts;
  notes: string[];
  comments: string[];
}

/** The content of `office:text` or of a slide as Markdown; notes and comments follow it. */
export function odfMarkdown(body: XmlElement, counts: OdfCounts): string {
  const context: Context = { counts, notes: [], comments: [] };
  const blocks = blocksOf(body, context);
  if (context.notes.length > 0) blocks.push(context.notes.join('\n\n'));
  if (context.comments.length > 0) blocks.push('Comments:', context.comments.join('\n'));
  return blocks.filter((block) => block.trim() !== '').join('\n\n');
}

function blocksOf(parent: XmlElement, context: Context): string[] {
  return elementsOf(parent).flatMap((element) => blockOf(element, context));
}

function blockOf(element: XmlElement, context: Context): string[] {
  switch (element.name) {
    case 'text:h': {
      const level = Math.min(Math.max(Number(element.attributes['text:outline-level']) || 1, 1), 6);
      return withBoxes(element, context, (text) => `${'#'.repeat(level)} ${text.replace(/\s+/g, ' ')}`);
    }
    case 'text:p':
      return withBoxes(element, context, (text) => text);
    case 'text:list':
      return [listLines(element, context, 0).join('\n')];
    case 'table:table':
      context.counts.tables += 1;
      return [markdownTable(rowsOf(element, context))];
    // What was deleted under revision stands in here; the text itself holds what was inserted.
    case 'text:tracked-changes':
    case 'office:forms':
    case 'presentation:notes':
    case 'text:sequence-decls':
      return [];
    case 'office:annotation':
      comment(element, context);
      return [];
    case 'draw:image':
      context.counts.images += 1;
      return [];
    case 'math:math':
      return [fence('', lineOf(element) ?? '')];
    default:
      return blocksOf(element, context);
  }
}

/** Text boxes anchored in a paragraph follow it. */
function withBoxes(element: XmlElement, context: Context, wrap: (text: string) => string): string[] {
  const boxes: XmlElement[] = [];
  const text = inlineOf(element, context, boxes).trim();
  return [text === '' ? '' : wrap(text), ...boxes.flatMap((box) => blocksOf(box, context))];
}

function inlineOf(element: XmlElement, context: Context, boxes: XmlElement[]): string {
  return element.children
    .map((child) =>
      typeof child === 'string' ? child.replace(/[\t\r\n ]+/g, ' ') : inlineElement(child, context, boxes),
    )
    .join('');
}

function inlineElement(element: XmlElement, context: Context, boxes: XmlElement[]): string {
  switch (element.name) {
    case 'text:s':
      return ' '.repeat(Math.min(Number(element.attributes['text:c']) || 1, 100));
    case 'text:tab':
      return '\t';
    case 'text:line-break':
      return '\n';
    case 'text:a': {
      const target = element.attributes['xlink:href'] ?? '';
      const text = inlineOf(element, context, boxes);
      return /^(?:https?|mailto|tel):/i.test(target) && text.trim() !== '' ? `[${text}](${target})` : text;
    }
    case 'text:note': {
      const mark = lineOf(childOf(element, 'text:note-citation')) ?? String(context.notes.length + 1);
      const body = childOf(element, 'text:note-body');
      const note = body === undefined ? '' : blocksOf(body, context).join(' ').replace(/\s+/g, ' ').trim();
      context.notes.push(`[^${mark}]: ${note}`);
      return `[^${mark}]`;
    }
    case 'office:annotation':
      comment(element, context);
      return '';
    case 'draw:frame':
    case 'draw:custom-shape':
    case 'draw:g':
      boxes.push(element);
      return '';
    // Fields whose value the program fills in on each page.
    case 'text:page-number':
    case 'text:bookmark':
    case 'text:soft-page-break':
      return '';
    default:
      return inlineOf(element, context, boxes);
  }
}

function listLines(list: XmlElement, context: Context, depth: number): string[] {
  return elementsOf(list).flatMap((item) => {
    if (item.name !== 'text:list-item' && item.name !== 'text:list-header') return [];
    const lines: string[] = [];
    for (const child of elementsOf(item)) {
      if (child.name === 'text:list') lines.push(...listLines(child, context, depth + 1));
      else {
        const text = blockOf(child, context)
          .join(' ')
          .replace(/^#+ /, '')
          .replace(/\s*\n\s*/g, ' ')
          .trim();
        if (text !== '') lines.push(`${'  '.repeat(depth)}- ${text}`);
      }
    }
    return lines;
  });
}

/** A cell that others are merged into stands once; the covered ones stay blank. */
function rowsOf(table: XmlElement, context: Context): string[][] {
  return elementsOf(table).flatMap((element): string[][] => {
    if (element.name !== 'table:table-row') {
      return /^table:table-(?:header-rows|rows|row-group)$/.test(element.name)
        ? rowsOf(element, context)
        : [];
    }
    const cells = elementsOf(element).flatMap((cell) => {
      if (cell.name === 'table:covered-table-cell') return repeat('', cell, 'table:number-columns-repeated');
      if (cell.name !== 'table:table-cell') return [];
      const text = blocksOf(cell, context)
        .filter((block) => block !== '')
        .join(' ');
      return repeat(text, cell, 'table:number-columns-repeated');
    });
    return repeat(cells, element, 'table:number-rows-repeated');
  });
}

function repeat<T>(value: T, element: XmlElement, attribute: string): T[] {
  const count = Math.min(Number(element.attributes[attribute]) || 1, MAX_REPEATS);
  return Array.from({ length: count }, () => value);
}

function comment(element: XmlElement, context: Context): void {
  const author = lineOf(childOf(element, 'dc:creator'));
  const text = elementsOf(element)
    .filter(({ name }) => name === 'text:p' || name === 'text:list')
    .map((child) => lineOf(child) ?? '')
    .join(' ')
    .trim();
  if (text !== '') context.comments.push(`- ${author === undefined ? '' : `${author}: `}${text}`);
}
