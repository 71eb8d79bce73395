/** Any text as the content of one Markdown table cell or line: shown as it is, on one line, never as markup. */
export function markdownCell(value: string | number | null | undefined): string {
  return String(value ?? '')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\`*[\]<>|~&]/g, '\\$&')
    .replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_');
}
