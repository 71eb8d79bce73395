import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { expandEntities } from './expand-entities.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { readXml } from './read-xml.ts';
import { childOf, descendantsOf, elementsOf, lineOf, parseXml, textOf } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** RSS (also 1.0) and Atom: the feed's name, then a heading per entry with its date, author, link and text. */
export function readFeed(input: ReaderInput): Draft {
  const declared = /<\?xml[^>]*\bencoding=["']([\w-]+)["']/.exec(input.bytes.toString('latin1', 0, 200))?.[1];
  const { text, encoding } = decodeInput(input, declared);
  const root = parseXml(expandEntities(text, input.maxEntityChars), input.maxDepth);
  const channel = childOf(root ?? undefined, 'channel') ?? root;
  if (root === null || channel === null) return readXml(input);
  const title = lineOf(childOf(channel, 'title'));
  const entries = [
    ...descendantsOf(root, 'item'),
    ...elementsOf(root).filter(({ name }) => name === 'entry'),
  ];
  const about = htmlOf(childOf(channel, 'description', 'subtitle'), input.maxDepth);
  const blocks = [
    title === undefined ? '' : `# ${title}`,
    about,
    ...entries.map((entry) => entryMarkdown(entry, input.maxDepth)),
  ];
  const language = lineOf(childOf(channel, 'language')) ?? root.attributes['xml:lang'];
  const changedAt = Date.parse(lineOf(childOf(channel, 'lastBuildDate', 'updated', 'pubDate')) ?? '');
  return {
    parts: [
      {
        kind: 'body',
        label: title ?? input.name,
        markdown: blocks.filter((block) => block !== '').join('\n\n'),
      },
    ],
    metadata: {
      encoding,
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
      ...(Number.isNaN(changedAt) ? {} : { modifiedAt: new Date(changedAt).toISOString() }),
    },
  };
}

function entryMarkdown(entry: XmlElement, maxDepth: number): string {
  const title = lineOf(childOf(entry, 'title'));
  const date = lineOf(childOf(entry, 'pubDate', 'published', 'updated', 'dc:date'));
  const author = lineOf(childOf(entry, 'dc:creator', 'author'));
  const link = linkOf(entry);
  const facts = [date, author, link].filter((fact) => fact !== undefined).join(' · ');
  const text = htmlOf(
    fullText(entry) ?? childOf(entry, 'content') ?? childOf(entry, 'description', 'summary'),
    maxDepth,
  );
  return [`## ${title ?? 'Without a title'}`, facts, text].filter((piece) => piece !== '').join('\n\n');
}

/** `content:encoded`; feeds that programs wrote again have prefixes of their own. */
function fullText(entry: XmlElement): XmlElement | undefined {
  return elementsOf(entry).find(({ name }) => name.endsWith(':encoded') && !name.startsWith('excerpt:'));
}

function linkOf(entry: XmlElement): string | undefined {
  const links = elementsOf(entry).filter(({ name }) => name === 'link');
  const main = links.find(({ attributes }) => (attributes.rel ?? 'alternate') === 'alternate') ?? links[0];
  return main?.attributes.href ?? lineOf(main);
}

/** Feeds hold HTML as text, escaped or in CDATA; Atom may hold it as elements. */
function htmlOf(element: XmlElement | undefined, maxDepth: number): string {
  if (element === undefined) return '';
  const source = element.attributes.type === 'xhtml' ? htmlSource(element) : textOf(element);
  return htmlToMarkdown(source, maxDepth).markdown.trim();
}

function htmlSource(element: XmlElement): string {
  return element.children
    .map((child) =>
      typeof child === 'string'
        ? child.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
        : `<${child.name}${child.attributes.href === undefined ? '' : ` href="${child.attributes.href}"`}>${htmlSource(child)}</${child.name}>`,
    )
    .join('');
}
