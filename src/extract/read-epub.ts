import { permanent } from '../domain/failure.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { decodeText } from './decode-text.ts';
import { htmlToMarkdown } from './html-to-markdown.ts';
import { childOf, descendantsOf, elementsOf, lineOf, parseXml } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';
import type { ZipEntry } from './zip-directory.ts';

const MAX_INDEX_BYTES = 16 * 1024 * 1024;

/** A book: one part per chapter, in reading order. The table of contents is left out: it repeats the headings. */
export function readEpub(input: ReaderInput): Draft {
  const { bytes, maxDepth, maxTextChars, maxUnpackedBytes, onProgress } = input;
  const entries = new Map((readZipDirectory(bytes) ?? []).map((entry) => [entry.name, entry]));
  const load = (name: string): XmlElement | null => {
    const xml = readZipText(bytes, entries.get(name), MAX_INDEX_BYTES);
    return xml === null ? null : parseXml(xml, maxDepth);
  };
  const container = load('META-INF/container.xml');
  const packagePath =
    container === null ? undefined : descendantsOf(container, 'rootfile')[0]?.attributes['full-path'];
  const book = load(packagePath ?? '');
  if (book === null) {
    throw permanent('corrupt', 'The book is damaged or cut off: its index is missing.', { stage: 'extract' });
  }
  refuseProtected(load('META-INF/encryption.xml'));
  const parts: DraftPart[] = [];
  let images = 0;
  let tables = 0;
  let characters = 0;
  for (const entry of chapters(book, packagePath!, entries)) {
    onProgress();
    const xhtml = readZipText(bytes, entry, maxUnpackedBytes);
    if (xhtml === null) continue;
    const { text } = decodeText(Buffer.from(xhtml));
    const chapter = htmlToMarkdown(text, maxDepth);
    images += chapter.images;
    tables += chapter.tables;
    characters += chapter.markdown.length;
    const heading = /^#{1,6} (.+)$/m.exec(chapter.markdown)?.[1];
    parts.push({
      kind: 'chapter',
      label: heading ?? `Chapter ${parts.length + 1}`,
      markdown: chapter.markdown,
    });
    if (characters > maxTextChars) break;
  }
  return {
    parts,
    metadata: {
      ...metadataOf(childOf(book, 'metadata', 'opf:metadata')),
      ...(tables > 0 ? { tables } : {}),
      ...(images > 0 ? { images } : {}),
    },
    hasPictures: images > 0,
  };
}

function chapters(book: XmlElement, packagePath: string, entries: Map<string, ZipEntry>): ZipEntry[] {
  const items = new Map(descendantsOf(book, 'item').map(({ attributes }) => [attributes.id, attributes]));
  return descendantsOf(book, 'itemref').flatMap(({ attributes }) => {
    const item = items.get(attributes.idref);
    if (item?.href === undefined || item.properties?.split(' ').includes('nav') === true) return [];
    const entry = entries.get(resolveName(packagePath, item.href));
    return entry === undefined ? [] : [entry];
  });
}

/** Names in a zip file only: they never become paths. */
function resolveName(from: string, href: string): string {
  const folders = from.split('/').slice(0, -1);
  for (const step of decodeHref(href.replace(/#.*$/, '')).split('/')) {
    if (step === '..') folders.pop();
    else if (step !== '.' && step !== '') folders.push(step);
  }
  return folders.join('/');
}

function decodeHref(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

/** Fonts may be scrambled in a free book; texts are encrypted only in a protected one. */
function refuseProtected(encryption: XmlElement | null): void {
  if (encryption === null) return;
  const names = elementsOf(encryption).flatMap((data) => [
    ...descendantsOf(data, 'enc:CipherReference'),
    ...descendantsOf(data, 'CipherReference'),
  ]);
  if (names.some(({ attributes }) => /\.x?html?$/i.test(attributes.URI ?? ''))) {
    throw permanent('encrypted', 'The book is protected against copying.', { stage: 'extract' });
  }
}

function metadataOf(metadata: XmlElement | undefined): Draft['metadata'] {
  const title = lineOf(childOf(metadata, 'dc:title'));
  const author = lineOf(childOf(metadata, 'dc:creator'));
  const language = lineOf(childOf(metadata, 'dc:language'));
  const time = Date.parse(lineOf(childOf(metadata, 'dc:date')) ?? '');
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(language === undefined ? {} : { language }),
    ...(Number.isNaN(time) ? {} : { createdAt: new Date(time).toISOString() }),
  };
}
