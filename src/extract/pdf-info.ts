import { constants, inflateSync } from 'node:zlib';
import type { ExtractionMetadata } from '../domain/extraction.ts';
import { decodeEntities } from './decode-entities.ts';

/** Bytes at either end of the file where writers put the information dictionary. */
const SEARCHED_BYTES = 2 * 1024 * 1024;

/** Object streams searched, and what one may unpack to. */
const MAX_OBJECT_STREAMS = 200;
const MAX_STREAM_BYTES = 4 * 1024 * 1024;

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
    const text = inflate(bytes.subarray(dataAt, end));
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

function inflate(packed: Buffer): string {
  try {
    return inflateSync(packed, {
      maxOutputLength: MAX_STREAM_BYTES,
      finishFlush: constants.Z_SYNC_FLUSH,
    }).toString('latin1');
  } catch {
    return '';
  }
}

/** A string of the dictionary, `(literal)` or `<hexadecimal>`. */
function entry(dictionary: string, key: string): string | null {
  const literal = new RegExp(`/${key}\\s*\\(((?:\\\\[\\s\\S]|[^\\\\()]|\\([^()]*\\))*)\\)`).exec(
    dictionary,
  )?.[1];
  if (literal !== undefined) return decodePdfString(Buffer.from(unescape(literal), 'latin1'));
  const hex = new RegExp(`/${key}\\s*<([0-9A-Fa-f\\s]*)>`).exec(dictionary)?.[1];
  return hex === undefined ? null : decodePdfString(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
}

function unescape(literal: string): string {
  const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return literal.replace(
    /\\(?:([0-7]{1,3})|\r?\n|([\s\S]))/g,
    (_, octal: string | undefined, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      return other === undefined ? '' : (controls[other] ?? other);
    },
  );
}

function decodePdfString(bytes: Buffer): string | null {
  const isWide = bytes[0] === 0xfe && bytes[1] === 0xff;
  const isUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = new TextDecoder(isWide ? 'utf-16be' : isUtf8 ? 'utf-8' : 'windows-1252').decode(bytes);
  const trimmed = text.replace(/\s+/g, ' ').trim();
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
