import { compile } from 'html-to-text';
import type { DomNode, FormatCallback, HtmlToTextOptions } from 'html-to-text';
import { fence } from './fence.ts';
import { markdownTable } from './markdown-table.ts';
import { refuseDeepHtml } from './refuse-deep-html.ts';

interface Counts {
  tables: number;
  images: number;
}

/**
 * A page's body as Markdown: headings, lists, links, tables, code. Scripts, styles and drawings are left out.
 * Throws `nested_too_deep`.
 */
export function htmlToMarkdown(html: string, maxDepth: number): Counts & { markdown: string } {
  refuseDeepHtml(html, maxDepth);
  const counts: Counts = { tables: 0, images: 0 };
  const markdown = convert(html, counts)
    .replace(/^[ \t\u00a0]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n');
  return { markdown, ...counts };
}

const heading: FormatCallback = (element, walk, builder) => {
  const marks = '#'.repeat(Number(element.name?.slice(1)));
  builder.openBlock({ leadingLineBreaks: 2 });
  walk(element.children, builder);
  builder.closeBlock({
    trailingLineBreaks: 2,
    blockTransform: (text) => (text.trim() === '' ? '' : `${marks} ${text.replace(/\s+/g, ' ').trim()}`),
  });
};

const link: FormatCallback = (element, walk, builder) => {
  const target = attribute(element, 'href');
  if (!/^(?:https?|mailto|tel):/i.test(target) || !hasText(element)) {
    walk(element.children, builder);
    return;
  }
  builder.addLiteral('[');
  walk(element.children, builder);
  builder.addLiteral(`](${target.replaceAll(' ', '%20').replaceAll(')', '%29')})`);
};

const image: FormatCallback = (element, _walk, builder) => {
  (builder as unknown as { metadata: Counts }).metadata.images += 1;
  const text = attribute(element, 'alt').replace(/\s+/g, ' ').trim();
  const source = attribute(element, 'src');
  if (text !== '') builder.addInline(/^https?:/i.test(source) ? `![${text}](${source})` : `![${text}]()`);
};

const code: FormatCallback = (element, walk, builder) => {
  builder.openBlock({ isPre: true, leadingLineBreaks: 2 });
  walk(element.children, builder);
  builder.closeBlock({ trailingLineBreaks: 2, blockTransform: (text) => fence('', text) });
};

/** Tables that only lay out a page are walked like other blocks. */
const table: FormatCallback = (element, walk, builder) => {
  const rows = rowsOf(element);
  if (hasDescendant(element, 'table') || rows.every((row) => row.length < 2)) {
    builder.openBlock({ leadingLineBreaks: 2 });
    walk(element.children, builder);
    builder.closeBlock({ trailingLineBreaks: 2 });
    return;
  }
  (builder as unknown as { metadata: Counts }).metadata.tables += 1;
  builder.openTable();
  for (const row of rows) {
    builder.openTableRow();
    for (const cell of row) {
      builder.openTableCell();
      walk(cell.children, builder);
      builder.closeTableCell({ colspan: Number(attribute(cell, 'colspan')) || 1 });
    }
    builder.closeTableRow();
  }
  builder.closeTable({
    leadingLineBreaks: 2,
    trailingLineBreaks: 2,
    tableToString: (cells) =>
      markdownTable(cells.map((row) => row.flatMap(({ text, colspan }) => [text, ...blanks(colspan - 1)]))),
  });
};

const block = { leadingLineBreaks: 2, trailingLineBreaks: 2 };
const options: HtmlToTextOptions = {
  wordwrap: false,
  limits: { maxInputLength: Number.MAX_SAFE_INTEGER },
  formatters: { heading, link, image, code, table },
  selectors: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, format: 'heading' })),
    { selector: 'a', format: 'link' },
    { selector: 'img', format: 'image' },
    { selector: 'pre', format: 'code' },
    { selector: 'table', format: 'table' },
    { selector: 'ul', format: 'unorderedList', options: { itemPrefix: '- ', ...block } },
    { selector: 'hr', format: 'blockString', options: { string: '---', ...block } },
    ...['tr', 'caption', 'section', 'figure', 'figcaption', 'dt', 'dd', 'address', 'li > p'].map(
      (selector) => ({
        selector,
        format: 'block',
        options: { leadingLineBreaks: 1, trailingLineBreaks: 1 },
      }),
    ),
    ...['svg', 'template', 'script', 'style', 'iframe', 'select', 'head'].map((selector) => ({
      selector,
      format: 'skip',
    })),
  ],
};
const convert = compile(options) as (html: string, metadata: Counts) => string;

/** The rows of this table, not of tables inside it. */
function rowsOf(element: DomNode): DomNode[][] {
  return childrenOf(element).flatMap((child) => {
    if (child.name === 'tr') return [childrenOf(child).filter(({ name }) => name === 'td' || name === 'th')];
    return ['thead', 'tbody', 'tfoot'].includes(child.name ?? '') ? rowsOf(child) : [];
  });
}

/** Text nodes have none, though their type says otherwise. */
function childrenOf(element: DomNode): DomNode[] {
  return (element as { children?: DomNode[] }).children ?? [];
}

function hasDescendant(element: DomNode, name: string): boolean {
  return childrenOf(element).some((child) => child.name === name || hasDescendant(child, name));
}

function hasText(element: DomNode): boolean {
  return childrenOf(element).some((child) =>
    child.type === 'text' ? (child.data ?? '').trim() !== '' : child.name !== 'img' && hasText(child),
  );
}

function attribute(element: DomNode, name: string): string {
  return (element as unknown as { attribs?: Record<string, string> }).attribs?.[name] ?? '';
}

function blanks(count: number): string[] {
  return Array.from({ length: Math.min(Math.max(count, 0), 100) }, () => '');
}
