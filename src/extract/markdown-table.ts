/** A pipe table whose first row is the head; rows may differ in length. Empty when there is no row. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((widest, row) => Math.max(widest, row.length), 0);
  if (width === 0) return '';
  const lines = rows.map((row) =>
    line(Array.from({ length: width }, (_, column) => cell(row[column] ?? ''))),
  );
  const rule = line(Array.from({ length: width }, () => '---'));
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function line(cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function cell(text: string): string {
  const flat = /[\n\r]/.test(text) ? text.replace(/\s*[\r\n]+\s*/g, ' ') : text;
  return (flat.includes('|') ? flat.replaceAll('|', '\\|') : flat).trim();
}
