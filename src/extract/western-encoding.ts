/** Mac OS Roman puts its accented letters where Windows has capitals, quotes and dashes. */
const MAC_BETWEEN_LETTERS = /[a-z][\x80-\x9f\xa7](?=[a-z\s])/g;
const WINDOWS_BETWEEN_LETTERS = /[a-z][\xdf-\xff](?=[a-z\s])/g;
const CURRENCY_SIGN = 0xa4;

/** Which of the three encodings of western Europe it is, by the few bytes in which they differ. */
export function westernEncoding(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const mac = text.match(MAC_BETWEEN_LETTERS)?.length ?? 0;
  const windows = text.match(WINDOWS_BETWEEN_LETTERS)?.length ?? 0;
  if (mac >= 2 && mac > windows * 2) return 'macintosh';
  // Nobody writes a currency sign: it is a euro. Windows has it elsewhere, among bytes that Latin 9 never uses.
  const isLatin9 = bytes.includes(CURRENCY_SIGN) && !/[\x80-\x9f]/.test(text);
  return isLatin9 ? 'iso-8859-15' : 'windows-1252';
}
