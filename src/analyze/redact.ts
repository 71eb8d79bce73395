/** A text fit for logs and errors: `user:pass@` and query strings of the addresses in it are replaced. */
export function redact(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#'"`]{1,500}@/gi, '$1***@')
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s?#'"`]{1,500})\?[^\s'"`]+/gi, '$1?***');
}

/** The first `maxChars` of one line of another program's output, redacted. */
export function shownLine(line: string, maxChars = 500): string {
  // Colours and bells of the other program do not belong in a row.
  const clean = redact(line.replace(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f]/g, ' ').trim());
  return clean.length > maxChars ? `${clean.slice(0, maxChars - 1).toWellFormed()}…` : clean;
}
