export interface MarkdownContent {
  /** Texts of headings, in order. */
  headings: string[];
  /** Paragraphs, list items and short lines, one text each, without markup; no tables, no code. */
  segments: string[];
  /** Lines of tables and code, as they are. */
  others: string[];
}

/** A line this long was broken by its margin, so the next one goes on with the same paragraph. */
const WRAPPED_LINE_CHARS = 45;
const LONGEST_LINE_CHARS = 5_000;

/** Headings and prose of Markdown (or plain text). */
export function readMarkdown(markdown: string): MarkdownContent {
  const content: MarkdownContent = { headings: [], segments: [], others: [] };
  let paragraph = '';
  let fence: string | null = null;
  let isWrapped = false;
  const flush = () => {
    if (paragraph !== '') content.segments.push(paragraph);
    paragraph = '';
    isWrapped = false;
  };

  for (const line of markdown.split(/\r\n?|\n|\f|\u2028|\u2029/)) {
    const text = line.slice(0, LONGEST_LINE_CHARS).trim();
    const mark = /^(```|~~~)/.exec(text)?.[1] ?? null;
    if (mark !== null && (fence === null || fence === mark)) {
      flush();
      fence = fence === null ? mark : null;
      continue;
    }
    if (fence !== null) {
      content.others.push(text);
      continue;
    }
    if (text === '' || isRule(text) || isTableRow(text) || text.startsWith('<!--')) {
      flush();
      if (isTableRow(text)) content.others.push(text);
      continue;
    }
    if (/^#{1,6}\s/.test(text)) {
      flush();
      const heading = withoutMarkup(text.replace(/^#+\s+/, ''));
      if (heading !== '') content.headings.push(heading);
      continue;
    }
    const isItem = /^([-*+•]|\d{1,3}[.)])\s+/.test(text);
    const plain = withoutMarkup(text.replace(/^([-*+•]\s+|>\s?)/, ''));
    if (plain === '') continue;
    if (isItem || !isWrapped) flush();
    paragraph = paragraph === '' ? plain : `${paragraph} ${plain}`;
    isWrapped = plain.length >= WRAPPED_LINE_CHARS;
  }
  flush();
  return content;
}

export function isTableRow(text: string): boolean {
  return text.startsWith('|');
}

function isRule(text: string): boolean {
  return text.length < 200 && /^[-=_*~.\s]+$/.test(text);
}

/** Without emphasis, links, images, inline tags and escapes; every quantifier is bounded, so the time is linear. */
function withoutMarkup(text: string): string {
  return text
    .replace(/!\[([^\][]{0,300})\]\([^()\s]{0,1000}\)/g, '$1')
    .replace(/\[([^\][]{1,500})\]\([^()\s]{0,1000}(?: "[^"]{0,200}")?\)/g, '$1')
    .replace(/<\/?[a-z][^<>]{0,300}>/gi, ' ')
    .replace(/(\*\*|__|``?|~~)/g, '')
    .replace(/(^|[\s(])[*_]([^*_\s][^*_]{0,300})[*_](?=[\s).,;:!?]|$)/g, '$1$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>~&])/g, '$1')
    .replace(/&nbsp;/g, ' ')
    .replace(/[\s\u0000-\u001f]+/g, ' ')
    .trim();
}
