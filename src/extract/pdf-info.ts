import type { ExtractionMetadata } from '../domain/extraction.ts';
import { decodeEntities } from './decode-entities.ts';
import { decodeTextString, inflateStream, unescapeLiteral } from './pdf-syntax.ts';

/** Bytes at either end of the file where writers put the information dictionary. */
const SEARCHED_BYTES = 2 * 1024 * 1024;

/** Object streams searched. */
const MAX_OBJECT_STREAMS = 200;

interface PdfProperties {
  creationDate?: string;
  modDate?: string;
  isEncrypted?: boolean;
  xmp?: string;
}

/** Title, author and dates, as far as they stand in plain sight: the parser gives only the dates. */
export function pdfInfo(
  bytes: Buffer,
  properties: PdfProperties | undefined,
): Pick<Partial<ExtractionMetadata>, 'title' | 'author' | 'createdAt' | 'modifiedAt'> {
  const dictionary = properties?.isEncrypted === true ? '' : infoDictionary(bytes);
  const title = fromXmp(properties?.xmp, 'dc:title') ?? entry(dictionary, 'Title');
  const author = fromXmp(properties?.xmp, 'dc:creator') ?? entry(dictionary, 'Author');
  const createdAt = pdfDate(properties?.creationDate);
  const modifiedAt = pdfDate(properties?.modDate);
  return {
    ...(title === null ? {} : { title }),
    ...(author === null ? {} : { author }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(modifiedAt === null ? {} : { modifiedAt }),
  };
}

function infoDictionary(bytes: Buffer): string {
  const text =
    bytes.length <= 2 * SEARCHED_BYTES
      ? bytes.toString('latin1')
      : bytes.toString('latin1', 0, SEARCHED_BYTES) + bytes.toString('latin1', bytes.length - SEARCHED_BYTES);
  const [, id, generation] = [...text.matchAll(/\/Info\s+(\d+)\s+(\d+)\s+R/g)].at(-1) ?? [];
  if (id === undefined) return '';
  return plainObject(text, id, generation!) ?? packedObject(bytes, Number(id)) ?? '';
}

function plainObject(text: string, id: string, generation: string): string | null {
  const at = text.search(new RegExp(`(?:^|\\s)${id}\\s+${generation}\\s+obj\\b`));
  if (at < 0) return null;
  const end = text.indexOf('endobj', at);
  return end < 0 || end - at > 20_000 ? null : text.slice(at, end);
}

/** Newer writers pack objects into compressed streams, each with a list of object numbers and offsets in front. */
function packedObject(bytes: Buffer, id: number): string | null {
  let at = 0;
  for (let tried = 0; tried < MAX_OBJECT_STREAMS; tried += 1) {
    at = bytes.indexOf('/ObjStm', at + 1);
    if (at < 0) return null;
    const start = bytes.indexOf('stream', at);
    const end = bytes.indexOf('endstream', start);
    if (start < 0 || end < 0) return null;
    const head = objectStreamHead(bytes.toString('latin1', Math.max(at - 200, 0), start));
    if (head === null) continue;
    const { count, first } = head;
    const dataAt = start + 'stream'.length + (bytes[start + 6] === 0x0d ? 2 : 1);
    const text = inflateStream(bytes.subarray(dataAt, end));
    const numbers = text.slice(0, first).trim().split(/\s+/).map(Number);
    const index = numbers.findIndex((number, position) => position % 2 === 0 && number === id);
    if (index < 0 || index >= count * 2) continue;
    return text.slice(first + (numbers[index + 1] ?? 0), first + (numbers[index + 3] ?? text.length));
  }
  return null;
}

/** How many objects a stream holds, and where the first begins. */
function objectStreamHead(dictionary: string): { count: number; first: number } | null {
  const own = dictionary.slice(dictionary.lastIndexOf(' obj') + 1);
  const count = /\/N\s+(\d+)/.exec(own)?.[1];
  const first = /\/First\s+(\d+)/.exec(own)?.[1];
  return count === undefined || first === undefined ? null : { count: Number(count), first: Number(first) };
}

/** A string of the dictionary, `(literal)` or `<hexadecimal>`. */
function entry(dictionary: string, key: string): string | null {
  const literal = new RegExp(`/${key}\\s*\\(((?:\\\\[\\s\\S]|[^\\\\()]|\\([^()]*\\))*)\\)`).exec(
    dictionary,
  )?.[1];
  if (literal !== undefined) return decodePdfString(Buffer.from(unescapeLiteral(literal), 'latin1'));
  const hex = new RegExp(`/${key}\\s*<([0-9A-Fa-f\\s]*)>`).exec(dictionary)?.[1];
  return hex === undefined ? null : decodePdfString(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
}

/** Null for what writers put there when nobody has named the document. */
function decodePdfString(bytes: Buffer): string | null {
  const trimmed = decodeTextString(bytes).replace(/\s+/g, ' ').trim();
  return trimmed === '' || /^(?:untitled|anonymous|unspecified|\(unspecified\)|\(anonymous\))$/i.test(trimmed)
    ? null
    : trimmed.slice(0, 500);
}

function fromXmp(xmp: string | undefined, tag: string): string | null {
  const content = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(xmp ?? '')?.[1];
  const text = decodeEntities((content ?? '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? null : text.slice(0, 500);
}

/** `D:20240131120000+01'00'` as ISO 8601. */
function pdfDate(text: string | undefined): string | null {
  const match = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-]\d\d)'?(\d\d)?)?/.exec(
    text ?? '',
  );
  if (match === null) return null;
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    zone,
    zoneMinutes = '00',
  ] = match;
  const offset = zone === undefined ? 'Z' : `${zone}:${zoneMinutes}`;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
