import type { AsideText } from '../../domain/suspicion.ts';
import { decodeEntities } from '../decode-entities.ts';
import { MAX_STREAM_BYTES, decodeTextString, inflateStream, unescapeLiteral } from '../pdf-syntax.ts';

const MAX_STREAMS = 2_000;
const MAX_ALL_BYTES = 64 * 1024 * 1024;
const MAX_STRINGS = 20_000;

/** Texts of a PDF that are on no page: properties, notes, alternative texts, form fields, attached names. */
export function pdfAsides(
  bytes: Buffer,
  seenText: string,
  onProgress: () => void = () => undefined,
): AsideText[] {
  const plain = bytes.subarray(0, MAX_ALL_BYTES).toString('latin1');
  const asides: AsideText[] = [];
  for (const text of [plain, ...unpackedStreams(bytes)]) {
    if (asides.length >= MAX_STRINGS) break;
    onProgress();
    for (const aside of dictionaryStrings(text)) asides.push(aside);
    for (const aside of xmpTexts(text)) asides.push(aside);
  }
  const isSeen = letterRuns(lettersOf(seenText));
  onProgress();
  const unseen = contentStrings(bytes, onProgress).filter((text) => !isSeen(lettersOf(text)));
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
  const pattern = /\/([A-Za-z][\w.#-]{0,60})\s{0,20}(?:\(|<([0-9A-Fa-f\s]{16,40000})>)/g;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, key, hex] = match;
    const origin = ORIGINS[key!] ?? 'metadata';
    if (hex !== undefined) {
      yield { origin, text: decodeTextString(Buffer.from(hex.replace(/\s/g, ''), 'hex')) };
      continue;
    }
    const start = pattern.lastIndex;
    const end = literalEnd(text, start);
    if (end - start < SHORTEST_LITERAL) continue;
    pattern.lastIndex = end;
    yield { origin, text: decodeTextString(Buffer.from(unescapeLiteral(text.slice(start, end)), 'latin1')) };
  }
}

const SHORTEST_LITERAL = 8;
const LONGEST_LITERAL = 20_000;

/**
 * Where the literal that starts here is closed; -1 for one that is too long, or has parentheses inside parentheses. No
 * pattern does this: it would remember each letter, and its memory for that is small.
 */
function literalEnd(text: string, start: number): number {
  const last = Math.min(text.length, start + LONGEST_LITERAL);
  let open = 1;
  for (let at = start; at < last; at += 1) {
    const letter = text[at];
    if (letter === '\\') at += 1;
    else if (letter === '(' && ++open > 2) return -1;
    else if (letter === ')' && --open === 0) return at;
  }
  return -1;
}

const MAX_PACKET_CHARS = 500_000;

function* xmpTexts(text: string): Iterable<AsideText> {
  let end = 0;
  for (let at = text.indexOf('<x:xmpmeta'); at >= 0; at = text.indexOf('<x:xmpmeta', end)) {
    end = text.indexOf('</x:xmpmeta>', at);
    if (end < 0) return;
    const read = Buffer.from(text.slice(at, Math.min(end, at + MAX_PACKET_CHARS)), 'latin1').toString('utf8');
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
function contentStrings(bytes: Buffer, onProgress: () => void): string[] {
  const strings: string[] = [];
  for (const content of unpackedStreams(bytes, isPage, MAX_PAGE_BYTES)) {
    onProgress();
    for (const [, literal, hex] of content.matchAll(
      /(?:\(((?:\\[\s\S]|[^\\()]){12,2000})\)|<([0-9A-Fa-f]{24,4000})>)\s*Tj/g,
    )) {
      const text =
        literal === undefined ? Buffer.from(hex!, 'hex').toString('latin1') : unescapeLiteral(literal);
      if (/^[\x20-\x7e\xa0-\xff]+$/.test(text)) strings.push(text);
    }
  }
  return strings;
}

const RUN_LETTERS = 8;
/** One run in as many is taken for one that it is not; a text has several. */
const BITS_PER_LETTER = 16;

/**
 * Tells whether all runs of eight letters of a text are in the one given, which takes as long as the text is long. To
 * look for each string in all pages takes time by their square.
 */
function letterRuns(letters: string): (text: string) => boolean {
  const bits = 2 ** Math.ceil(Math.log2(Math.max(64, letters.length) * BITS_PER_LETTER));
  const table = new Uint8Array(bits / 8);
  const bitOf = (text: string, start: number): number => {
    let hash = 0;
    for (let at = start; at < start + RUN_LETTERS; at += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) % bits;
  };
  for (let at = 0; at + RUN_LETTERS <= letters.length; at += 1) {
    const bit = bitOf(letters, at);
    table[bit >>> 3]! |= 1 << (bit & 7);
  }
  return (text) => {
    for (let at = 0; at + RUN_LETTERS <= text.length; at += 1) {
      const bit = bitOf(text, at);
      if ((table[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  };
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
    const text = /FlateDecode/.test(own) ? inflateStream(data) : data.toString('latin1', 0, MAX_STREAM_BYTES);
    left -= text.length;
    yield text;
  }
}
