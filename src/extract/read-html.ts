import { decodeEntities } from './decode-entities.ts';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';

const HEAD_BYTES = 4096;

/** The body of a page as Markdown; title, author and language from its head. */
export function readHtml(input: ReaderInput): Draft {
  const head = input.bytes.toString('latin1', 0, HEAD_BYTES);
  const declared = /<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)/i.exec(head)?.[1];
  const { text, encoding } = decodeInput(input, declared);
  const html = text.slice(0, input.maxTextChars);
  const { markdown, tables, images } = htmlToMarkdown(html, input.maxDepth);
  return {
    parts: [{ kind: 'body', label: input.name, markdown }],
    metadata: {
      encoding,
      ...headMetadata(html),
      ...(tables > 0 ? { tables } : {}),
      ...(images > 0 ? { images } : {}),
    },
    warnings: html.length < text.length ? ['The end of the page was cut off'] : [],
    hasPictures: images > 0,
  };
}

function headMetadata(html: string): Partial<Record<'title' | 'author' | 'language' | 'createdAt', string>> {
  const head = html.slice(0, 256 * 1024);
  const title =
    /<title[^>]*>([\s\S]{1,1000}?)<\/title>/i.exec(head)?.[1] ??
    /<h1[^>]*>([^<]{1,300})<\/h1>/i.exec(head)?.[1];
  const author = metaContent(head, 'author');
  const language = /<html[^>]+\blang\s*=\s*["']?([\w-]{2,12})/i.exec(head)?.[1];
  const date = Date.parse(metaContent(head, 'article:published_time') ?? metaContent(head, 'date') ?? '');
  return {
    ...(title === undefined || clean(title) === '' ? {} : { title: clean(title) }),
    ...(author === null ? {} : { author: clean(author) }),
    ...(language === undefined ? {} : { language }),
    ...(Number.isNaN(date) ? {} : { createdAt: new Date(date).toISOString() }),
  };
}

function metaContent(head: string, name: string): string | null {
  for (const [tag] of head.matchAll(/<meta\s[^>]{1,2000}>/gi)) {
    const key = /\b(?:name|property)\s*=\s*["']?([^"'\s>]+)/i.exec(tag)?.[1];
    if (key?.toLowerCase() !== name) continue;
    const [, double, single] = /\bcontent\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag) ?? [];
    return double ?? single ?? null;
  }
  return null;
}

function clean(text: string): string {
  return decodeEntities(text).replace(/\s+/g, ' ').trim();
}
