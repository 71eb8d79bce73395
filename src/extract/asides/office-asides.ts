import type { AsideText } from '../../domain/suspicion.ts';
import { decodeEntities } from '../decode-entities.ts';
import { readZipDirectory, readZipText } from '../zip-directory.ts';
import { isLight } from './hidden-style.ts';
import { markupAsides } from './markup-asides.ts';

const MAX_PART_BYTES = 16 * 1024 * 1024;
/** All parts together: this is read once more than the text itself. */
const MAX_ALL_BYTES = 64 * 1024 * 1024;

/** What an office document or a book holds beside the text on its pages. */
export function officeAsides(bytes: Buffer): AsideText[] {
  const asides: AsideText[] = [];
  let left = MAX_ALL_BYTES;
  for (const entry of readZipDirectory(bytes) ?? []) {
    if (!/\.(?:xml|x?html?|opf|ncx|rels|svg)$/i.test(entry.name)) continue;
    if (entry.isEncrypted || entry.uncompressedBytes > Math.min(left, MAX_PART_BYTES)) continue;
    left -= entry.uncompressedBytes;
    const xml = readZipText(bytes, entry, MAX_PART_BYTES);
    if (xml !== null) asides.push(...partAsides(entry.name, xml));
  }
  return asides;
}

function partAsides(name: string, xml: string): AsideText[] {
  if (/\.x?html?$|\.svg$/i.test(name)) return markupAsides(xml);
  const asides: AsideText[] = [
    ...matches(xml, /<!--([\s\S]{1,20000}?)-->/g).map(aside('comment')),
    ...matches(xml, /\s(?:descr|title|alt|tooltip|prompt|promptTitle|error)="([^"]{12,20000})"/g).map(
      aside('alt text'),
    ),
  ];
  if (/(?:^|\/)comments?[^/]*\/|(?:^|\/)(?:threaded)?comments?[^/]*\.xml$/i.test(name)) {
    asides.push(aside('comment')(textOf(xml)));
  } else if (/^docProps\/|(?:^|\/)meta\.xml$|\.opf$|^customXml\//i.test(name)) {
    asides.push(...matches(xml, />([^<>]{8,20000})</g).map(aside('metadata')));
  } else if (/\.rels$/.test(name)) return asides;
  asides.push(
    ...matches(xml, /<office:annotation\b[^>]*>([\s\S]*?)<\/office:annotation>/g)
      .map(textOf)
      .map(aside('comment')),
  );
  asides.push(
    ...matches(xml, /<svg:(?:desc|title)\b[^>]*>([\s\S]*?)<\/svg:/g)
      .map(textOf)
      .map(aside('alt text')),
  );
  asides.push(...matches(xml, /<w:instrText\b[^>]*>([^<]*)</g).map(aside('attribute')));
  const hidden = [...hiddenRuns(xml), ...hiddenSpans(xml)];
  if (hidden.length > 0) asides.push({ origin: 'hidden text', text: hidden.join('') });
  return asides;
}

/** Runs of Word and PowerPoint that are hidden, white, or too small to be read. */
function hiddenRuns(xml: string): string[] {
  return [...xml.matchAll(/<(w|a):r(?:\s[^>]*)?>([\s\S]*?)<\/\1:r>/g)].flatMap(([, , run]) => {
    const properties = /<(?:w|a):rPr\b[\s\S]*?(?:<\/(?:w|a):rPr>|\/>)/.exec(run!)?.[0] ?? '';
    if (!isHiddenRun(properties)) return [];
    return [
      `${matches(run!, /<(?:w|a):t(?:\s[^>]*)?>([^<]*)</g)
        .map(decodeEntities)
        .join('')} `,
    ];
  });
}

function isHiddenRun(properties: string): boolean {
  if (/<w:(?:vanish|webHidden|specVanish)(?!\s+w:val="(?:0|false|off)")[\s/>]/.test(properties)) return true;
  const color =
    /<w:color\b[^>]*w:val="([0-9A-Fa-f]{6})"/.exec(properties)?.[1] ??
    /<a:solidFill>\s*<a:srgbClr val="([0-9A-Fa-f]{6})"/.exec(properties)?.[1];
  const hasGround = /<w:(?:shd|highlight)\b/.test(properties);
  if (color !== undefined && isLight(color) && !hasGround) return true;
  if (/<a:schemeClr val="bg1"/.test(properties)) return true;
  // In half points, and in hundredths of a point.
  const half = Number(/<w:sz w:val="(\d+)"/.exec(properties)?.[1] ?? Number.NaN);
  const hundredths = Number(/<a:rPr\b[^>]*\ssz="(\d+)"/.exec(properties)?.[1] ?? Number.NaN);
  return half <= 6 || hundredths <= 300;
}

/** OpenDocument names the look of a text, and says elsewhere what the name means. */
function hiddenSpans(xml: string): string[] {
  const hidden = new Set<string>();
  for (const [style, name] of xml.matchAll(
    /<style:style\b[^>]*style:name="([^"]+)"[^>]*>[\s\S]*?<\/style:style>/g,
  )) {
    const color = /fo:color="(#[0-9a-fA-F]{6})"/.exec(style)?.[1];
    const size = Number(/fo:font-size="([\d.]+)pt"/.exec(style)?.[1] ?? Number.NaN);
    const hasGround = /fo:background-color="#/.test(style);
    if (
      /text:display="none"/.test(style) ||
      size <= 3 ||
      (color !== undefined && isLight(color) && !hasGround)
    ) {
      hidden.add(name!);
    }
  }
  if (hidden.size === 0) return [];
  return [...xml.matchAll(/<text:(span|p|h)\b[^>]*text:style-name="([^"]+)"[^>]*>([\s\S]*?)<\/text:\1>/g)]
    .filter(([, , style]) => hidden.has(style!))
    .map(([, , , inner]) => `${textOf(inner!)} `);
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, inner]) => inner!);
}

/** Runs of one word stay together; what stands in elements of its own does not. */
function textOf(xml: string): string {
  const inLines = xml.replace(/<\/(?!(?:\w+:)?(?:r|t|span)>)[^>]*>/g, '\n\n');
  return decodeEntities(inLines.replace(/<[^>]*>/g, ''));
}

function aside(origin: AsideText['origin']) {
  return (text: string): AsideText => ({ origin, text: decodeEntities(text) });
}
