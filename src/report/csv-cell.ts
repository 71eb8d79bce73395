/** A spreadsheet runs text that begins like this as a formula; the last four are full-width forms of the first. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** One CSV cell; text that a spreadsheet would run is made harmless by an apostrophe. */
export function csvCell(value: unknown): string {
  const text =
    value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  const safe = typeof value === 'string' && FORMULA.test(text) ? `'${text}` : text;
  // `;` and tab separate cells where the decimal sign is a comma.
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvLine(values: readonly unknown[]): string {
  return values.map(csvCell).join(',');
}

/** `durationMs` as the name of a column: `duration_ms`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
