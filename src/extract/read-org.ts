import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';

/** Org: headings, tables, blocks of code and links become Markdown, all else stays as it is. */
export function readOrg(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const lines = text.replace(/\r\n?/g, '\n').split('\n');
  const keyword = (name: string): string | undefined =>
    lines.map((line) => new RegExp(`^#\\+${name}:\\s*(\\S.*?)\\s*$`, 'i').exec(line)?.[1]).find(Boolean);
  const title = keyword('title');
  const author = keyword('author');
  return {
    parts: [{ kind: 'body', label: input.name, markdown: markdownOf(lines, title) }],
    metadata: {
      encoding,
      ...(title === undefined ? {} : { title }),
      ...(author === undefined ? {} : { author }),
    },
  };
}

function markdownOf(lines: string[], title: string | undefined): string {
  const result: string[] = title === undefined ? [] : [`# ${title}`, ''];
  let isCode = false;
  let tableRows = 0;
  for (const line of lines) {
    const mark = /^\s*#\+(begin|end)_(src|example)\b\s*(\S*)/i.exec(line);
    if (mark !== null) {
      isCode = mark[1]!.toLowerCase() === 'begin';
      result.push(isCode ? `\`\`\`${mark[3]!}` : '```');
      continue;
    }
    if (isCode) {
      result.push(line);
      continue;
    }
    if (/^\s*#\+(?:title|author|options|startup|property|begin_\w+|end_\w+)\b/i.test(line)) continue;
    const isTable = /^\s*\|/.test(line);
    tableRows = isTable ? tableRows + 1 : 0;
    if (isTable && /^\s*\|[-+|\s]+$/.test(line)) {
      // The rule under the head; Markdown knows no other.
      if (tableRows === 2) result.push(line.trim().replace(/-+/g, '---').replaceAll('+', '|'));
      continue;
    }
    result.push(inline(line.replace(/^(\*{1,6})\s+/, (_, stars: string) => `${'#'.repeat(stars.length)} `)));
  }
  return result.join('\n');
}

/** `[[address][text]]` */
function inline(line: string): string {
  return line
    .replace(/\[\[((?:https?|mailto):[^\]]+)\]\[([^\]]+)\]\]/g, '[$2]($1)')
    .replace(/\[\[((?:https?|mailto):[^\]]+)\]\]/g, '<$1>');
}
