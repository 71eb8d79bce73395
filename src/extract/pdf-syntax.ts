import { constants, inflateSync } from 'node:zlib';

/** What one stream may unpack to. */
export const MAX_STREAM_BYTES = 4 * 1024 * 1024;

/** The bytes of a packed stream as Latin-1; empty when it is damaged, or unpacks to more than the limit. */
export function inflateStream(packed: Buffer): string {
  const options = { maxOutputLength: MAX_STREAM_BYTES, finishFlush: constants.Z_SYNC_FLUSH };
  try {
    return inflateSync(packed, options).toString('latin1');
  } catch {
    return '';
  }
}

/** What stands between the parentheses of a literal string, as bytes in Latin-1. */
export function unescapeLiteral(literal: string): string {
  const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  return literal.replace(
    /\\(?:([0-7]{1,3})|\r?\n|([\s\S]))/g,
    (_, octal: string | undefined, other?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 255);
      return other === undefined ? '' : (controls[other] ?? other);
    },
  );
}

/** A text string: UTF-16 or UTF-8 with a byte order mark, else nearly Windows-1252. */
export function decodeTextString(bytes: Buffer): string {
  const isWide = bytes[0] === 0xfe && bytes[1] === 0xff;
  const isUtf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return new TextDecoder(isWide ? 'utf-16be' : isUtf8 ? 'utf-8' : 'windows-1252').decode(bytes);
}
