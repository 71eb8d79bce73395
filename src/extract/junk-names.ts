const JUNK = /(^|[\\/])(__MACOSX[\\/].*|\.DS_Store|Thumbs\.db|desktop\.ini)$/i;

/** False for what operating systems put beside documents by themselves. */
export function isWorthReading(name: string): boolean {
  return !JUNK.test(name);
}
