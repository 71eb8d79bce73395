import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { markdownTable } from './markdown-table.ts';

/** AsciiDoc: headings, lists, blocks of code, tables and links become Markdown, all else stays as it is. */
export function readAsciidoc(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const title = /^= (.+)$/m.exec(text)?.[1]?.trim();
  return {
    parts: [{ kind: 'body', label: input.name, markdown: markdownOf(lines) }],
    metadata: { encoding, ...(title === undefined ? {} : { title }) },
  };
}

function markdownOf(lines: string[]): string {
  const result: string[] = [];
  let language = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const source = /^\[(?:source,\s*)?(\w+)?[^\]]*\]\s*$/.exec(line);
    if (source !== null) {
      language = line.startsWith('[source') ? (source[1] ?? '') : '';
      continue;
    }
    if (/^(?:-{4,}|\.{4,})\s*$/.test(line) || line.trim() === '|===') {
      const end = lines.findIndex((other, index) => index > at && other.trim() === line.trim());
      const block = lines.slice(at + 1, end < 0 ? lines.length : end);
      if (line.trim() === '|===') result.push('', tableOf(block), '');
      else result.push(`\`\`\`${language}`, ...block, '```');
      language = '';
      at = end < 0 ? lines.length : end;
      continue;
    }
    // Comments, attributes, and the marks around examples and sidebars.
    if (/^\/\/(?!\/)|^:!?[\w-]+!?:|^(?:={4,}|\*{4,}|_{4,}|\/{4,})\s*$/.test(line)) continue;
    result.push(inline(line));
  }
  return result.join('\n');
}

function inline(line: string): string {
  return line
    .replace(/^(={1,6})\s+(?=\S)/, (_, marks: string) => `${'#'.repeat(marks.length)} `)
    .replace(/^(\*{1,6})\s+/, (_, stars: string) => `${'  '.repeat(stars.length - 1)}- `)
    .replace(/^(\.{1,6})\s+(?=\S)/, (_, dots: string) => `${'   '.repeat(dots.length - 1)}1. `)
    .replace(/\b(?:link:)?(https?:\/\/[^\s[\]]+|mailto:[^\s[\]]+)\[([^\]]+)\]/g, '[$2]($1)');
}

/** Cells begin with a bar; those on one line are a row, else a row ends at a blank line. */
function tableOf(lines: string[]): string {
  const rows: string[][] = [];
  let isNewRow = true;
  const columns = cellsOf(lines.find((line) => line.trim() !== '') ?? '').length;
  for (const line of lines) {
    if (line.trim() === '') {
      isNewRow = true;
      continue;
    }
    const cells = cellsOf(line);
    if (cells.length === 0) {
      const last = rows.at(-1);
      if (last !== undefined && last.length > 0) last.push(`${last.pop()!} ${line.trim()}`);
      continue;
    }
    if (isNewRow || cells.length >= columns) rows.push(cells);
    else rows.at(-1)?.push(...cells);
    isNewRow = false;
  }
  return markdownTable(rows);
}

function cellsOf(line: string): string[] {
  if (!/^\s*(?:[\d.+*<>^]*[aehlmsv]?)\|/.test(line)) return [];
  return line
    .split(/(?<!\\)\|/)
    .slice(1)
    .map((cell) => inline(cell.trim()));
}
