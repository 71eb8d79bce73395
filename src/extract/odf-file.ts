import type { ExtractionMetadata } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import type { ReaderInput } from './draft.ts';
import { childOf, descendantsOf, lineOf, parseXml } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';

export interface OdfFile {
  /** `office:text`, `office:presentation` … */
  body: XmlElement;
  /** Of the running pages, from the styles. */
  headers: XmlElement[];
  footers: XmlElement[];
  metadata: Pick<
    Partial<ExtractionMetadata>,
    'title' | 'author' | 'createdAt' | 'modifiedAt' | 'language' | 'pages'
  >;
}

/** The parts of an OpenDocument file that a person reads. */
export function openOdf(
  { bytes, maxDepth, maxUnpackedBytes }: ReaderInput,
  kind: 'text' | 'presentation',
): OdfFile {
  const entries = readZipDirectory(bytes) ?? [];
  const load = (name: string): XmlElement | null => {
    const xml = readZipText(
      bytes,
      entries.find((entry) => entry.name === name),
      maxUnpackedBytes,
    );
    return xml === null ? null : parseXml(xml, maxDepth);
  };
  const content = load('content.xml');
  const body = childOf(childOf(content ?? undefined, 'office:body'), `office:${kind}`);
  if (body === undefined) {
    throw permanent('corrupt', 'The document is damaged or cut off: it has no readable content.', {
      stage: 'extract',
    });
  }
  const styles = load('styles.xml');
  return {
    body,
    headers: styles === null ? [] : descendantsOf(styles, 'style:header'),
    footers: styles === null ? [] : descendantsOf(styles, 'style:footer'),
    metadata: metadataOf(childOf(load('meta.xml') ?? undefined, 'office:meta')),
  };
}

function metadataOf(meta: XmlElement | undefined): OdfFile['metadata'] {
  const title = lineOf(childOf(meta, 'dc:title'));
  const author = lineOf(childOf(meta, 'meta:initial-creator')) ?? lineOf(childOf(meta, 'dc:creator'));
  const language = lineOf(childOf(meta, 'dc:language'));
  const createdAt = isoDate(lineOf(childOf(meta, 'meta:creation-date')));
  const modifiedAt = isoDate(lineOf(childOf(meta, 'dc:date')));
  const pages = Number(childOf(meta, 'meta:document-statistic')?.attributes['meta:page-count']);
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(language === undefined ? {} : { language }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(modifiedAt === null ? {} : { modifiedAt }),
    ...(pages > 0 ? { pages } : {}),
  };
}

function isoDate(text = ''): string | null {
  const time = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
