import { constants, inflateSync } from 'node:zlib';
import type { AsideText } from '../../domain/suspicion.ts';
import { decodeEntities } from '../decode-entities.ts';

const MAX_STREAMS = 2_000;
const MAX_STREAM_BYTES = 4 * 1024 * 1024;
const MAX_ALL_BYTES = 64 * 1024 * 1024;
const MAX_STRINGS = 20_000;

/** Texts of a PDF that are on no page: properties, notes, alternative texts, form fields, attached names. */
export function pdfAsides(bytes: Buffer, seenText: string): AsideText[] {
  const plain = bytes.subarray(0, MAX_ALL_BYTES).toString('latin1');
  const asides: AsideText[] = [];
  for (const text of [plain, ...unpackedStreams(bytes)]) {
    if (asides.length >= MAX_STRINGS) break;
    asides.push(...dictionaryStrings(text), ...xmpTexts(text));
  }
  const seen = lettersOf(seenText);
  const unseen = contentStrings(bytes).filter((text) => !seen.includes(lettersOf(text)));
  if (unseen.length > 0) asides.push({ origin: 'hidden text', text: unseen.join(' ') });
  return asides;
}

const ORIGINS: Readonly<Record<string, AsideText['origin']>> = {
  Contents: 'comment',
  RC: 'comment',
  Subj: 'comment',
  Alt: 'alt text',
  ActualText: 'alt text',
  TU: 'alt text',
  V: 'attribute',
  DV: 'attribute',
  JS: 'attribute',
};

/** `/Key (literal)` and `/Key <hexadecimal>`; what a key is for says where a person meets it, if at all. */
function* dictionaryStrings(text: string): Iterable<AsideText> {
  const pattern =
    /\/([A-Za-z][\w.#-]{0,60})\s*(?:\(((?:\\[\s\S]|[^\\()]|\((?:\\[\s\S]|[^\\()])*\)){8,20000})\)|<([0-9A-Fa-f\s]{16,40000})>)/g;
  for (const [, key, literal, hex] of text.matchAll(pattern)) {
    const bytes =
      literal === undefined
        ? Buffer.from(hex!.replace(/\s/g, ''), 'hex')
        : Buffer.from(unescape(literal), 'latin1');
    yield { origin: ORIGINS[key!] ?? 'metadata', text: decodeString(bytes) };
  }
}

function* xmpTexts(text: string): Iterable<AsideText> {
  for (const [packet] of text.matchAll(/<x:xmpmeta[\s\S]{0,500000}?<\/x:xmpmeta>/g)) {
    const read = Buffer.from(packet, 'latin1').toString('utf8');
    for (const [, inner] of read.matchAll(/>([^<>]{8,20000})</g)) {
      yield { origin: 'metadata', text: decodeEntities(inner!) };
    }
    for (const [, inner] of read.matchAll(/\s[\w:]+="([^"]{20,20000})"/g)) {
      yield { origin: 'metadata', text: decodeEntities(inner!) };
    }
  }
}

const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** What pages write in letters of one byte: some of it may lie beside the paper, and never reach the text. */
function contentStrings(bytes: Buffer): string[] {
  const strings: string[] = [];
  for (const content of unpackedStreams(bytes, isPage, MAX_PAGE_BYTES)) {
    for (const [, literal, hex] of content.matchAll(
      /(?:\(((?:\\[\s\S]|[^\\()]){12,2000})\)|<([0-9A-Fa-f]{24,4000})>)\s*Tj/g,
    )) {
      const text = literal === undefined ? Buffer.from(hex!, 'hex').toString('latin1') : unescape(literal);
      if (/^[\x20-\x7e\xa0-\xff]+$/.test(text)) strings.push(text);
    }
  }
  return strings;
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '').toLowerCase();
}

const isObjects = (dictionary: string): boolean => /\/(?:ObjStm|Metadata)\b/.test(dictionary);
const isPage = (dictionary: string): boolean =>
  !/\/(?:ObjStm|Metadata|Image|Length1|XRef|FunctionType|CIDSystemInfo|Subtype\s*\/(?:Type1C|CIDFontType0C|OpenType))\b/.test(
    dictionary,
  );

/** Streams whose dictionary is wanted. */
function* unpackedStreams(bytes: Buffer, isWanted = isObjects, maxBytes = MAX_ALL_BYTES): Iterable<string> {
  let at = 0;
  let left = maxBytes;
  for (let tried = 0; tried < MAX_STREAMS && left > 0; tried += 1) {
    const start = bytes.indexOf('stream', at);
    if (start < 0) return;
    const end = bytes.indexOf('endstream', start);
    if (end < 0) return;
    at = end + 'endstream'.length;
    const head = bytes.toString('latin1', Math.max(0, start - 400), start);
    const own = head.slice(head.lastIndexOf(' obj') + 1);
    if (!isWanted(own)) continue;
    const dataAt = start + 'stream'.length + (bytes[start + 6] === 0x0d ? 2 : 1);
    const data = bytes.subarray(dataAt, end);
    const text = /FlateDecode/.test(own) ? inflated(data) : data.toString('latin1', 0, MAX_STREAM_BYTES);
    left -= text.length;
    yield text;
  }
}

function inflated(packed: Buffer): string {
  try {
    const options = { maxOutputLength: MAX_STREAM_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
    return inflateSync(packed, options).toString('latin1');
  } catch {
    return '';
  }
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

function decodeString(bytes: Buffer): string {
  const isWide = bytes[0] === 0xfe && bytes[1] === 0xff;
  return new TextDecoder(isWide ? 'utf-16be' : bytes[0] === 0xef ? 'utf-8' : 'windows-1252').decode(bytes);
}
