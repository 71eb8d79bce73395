import { decodeDos } from './decode-dos.ts';

/** The letters beside A to Z that the languages of western Europe write most, next to another letter. */
const COMMON = /[äöüßéèêàâçñáíóúîôûëåæøÄÖÜÉ](?=[a-zA-Z])|(?<=[a-z])[äöüßéèêàâçñáíóúîôûëåæø]/g;
/** The sharp s of DOS is an accented a of Windows, so that its texts have some there too. */
const MIN_LEAD = 1.5;
const CURRENCY_SIGN = 0xa4;

/** Which of the four encodings of western Europe it is: in the others its letters are quotes, dashes and signs. */
export function westernEncoding(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const windows = lettersIn(text);
  const mac = lettersIn(new TextDecoder('macintosh').decode(bytes));
  const dos = lettersIn(decodeDos(bytes));
  const most = Math.max(mac, dos);
  if (most >= 2 && most > windows * MIN_LEAD) return mac >= dos ? 'macintosh' : 'cp850';
  // Nobody writes a currency sign: it is a euro. Windows has it elsewhere, among bytes that Latin 9 never uses.
  const isLatin9 = bytes.includes(CURRENCY_SIGN) && !/[\x80-\x9f]/.test(text);
  return isLatin9 ? 'iso-8859-15' : 'windows-1252';
}

function lettersIn(text: string): number {
  return text.match(COMMON)?.length ?? 0;
}
