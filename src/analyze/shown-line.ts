import { redact } from '../redact.ts';

/** The first `maxChars` of one line of another program's output, redacted. */
export function shownLine(line: string, maxChars = 500): string {
  // Colours and bells of the other program do not belong in a row.
  const clean = redact(line.replace(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f]/g, ' ').trim());
  return clean.length > maxChars ? `${clean.slice(0, maxChars - 1).toWellFormed()}…` : clean;
}
