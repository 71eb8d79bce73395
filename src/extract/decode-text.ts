import { decodeDos } from './decode-dos.ts';
import { detectEncoding } from './detect-encoding.ts';

export interface DecodedText {
  text: string;
  /** A WHATWG label: `utf-8`, `windows-1252`, `utf-16le` …; `utf-32le`, `utf-32be` and `cp850` besides. */
  encoding: string;
}

/** Its characters 0x80 to 0x9f, where Latin 1 has none. */
const WINDOWS_1252_C1 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** As many as a function can take as arguments. */
const CODE_POINTS_PER_PIECE = 8192;

/** Text of unknown encoding, without its byte order mark. */
export function decodeText(bytes: Uint8Array, declared?: string): DecodedText {
  const encoding = detectEncoding(bytes, declared);
  return { text: decodeAs(bytes, encoding), encoding };
}

export function decodeAs(bytes: Uint8Array, encoding: string): string {
  if (encoding === 'windows-1252') return decodeWindows1252(bytes);
  if (encoding === 'cp850') return decodeDos(bytes);
  if (encoding === 'utf-32le' || encoding === 'utf-32be') return decodeUtf32(bytes, encoding);
  return new TextDecoder(encoding).decode(bytes);
}

/** Node 20's own decoder takes it for Latin 1: euro signs and curly quotes would become control characters. */
function decodeWindows1252(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252_C1[character.charCodeAt(0) - 0x80]!);
}

/** No decoder of the platform knows UTF-32. */
function decodeUtf32(bytes: Uint8Array, encoding: 'utf-32le' | 'utf-32be'): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  let codePoints: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const codePoint = view.getUint32(at, encoding === 'utf-32le');
    codePoints.push(codePoint <= 0x10ffff ? codePoint : 0xfffd);
    if (codePoints.length < CODE_POINTS_PER_PIECE) continue;
    pieces.push(String.fromCodePoint(...codePoints));
    codePoints = [];
  }
  return [...pieces, String.fromCodePoint(...codePoints)].join('').replace(/^\ufeff/, '');
}
