import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { fence } from './fence.ts';

/** A line of one punctuation mark, as it stands under (and over) a title. */
const RULE = /^([!-/:-@[-`{-~])\1{2,}\s*$/;

/** reStructuredText: titles, code blocks and links become Markdown, all else stays as it is. */
export function readRst(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const markdown = linksOf(codeBlocks(titles(text.replace(/\r\n?/g, '\n').split('\n')))).join('\n');
  const title = /^#{1,6} (.+)$/m.exec(markdown)?.[1];
  return {
    parts: [{ kind: 'body', label: input.name, markdown }],
    metadata: { encoding, ...(title === undefined ? {} : { title }) },
  };
}

/** The level of a title is the order in which its kind of underline first appears. */
function titles(lines: string[]): string[] {
  const kinds: string[] = [];
  const result: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const hasOverline =
      RULE.test(line) && isTitle(lines[at + 1], lines[at + 2]) && lines[at + 2]![0] === line[0];
    if (!hasOverline && (!isTitle(line, lines[at + 1]) || RULE.test(line))) {
      result.push(line);
      continue;
    }
    const text = hasOverline ? lines[at + 1]! : line;
    const kind = `${hasOverline ? 'over' : ''}${lines[at + (hasOverline ? 2 : 1)]![0]!}`;
    if (!kinds.includes(kind)) kinds.push(kind);
    result.push(`${'#'.repeat(Math.min(kinds.indexOf(kind) + 1, 6))} ${text.trim()}`);
    at += hasOverline ? 2 : 1;
  }
  return result;
}

function isTitle(text: string | undefined, rule: string | undefined): boolean {
  return (
    text !== undefined &&
    rule !== undefined &&
    text.trim() !== '' &&
    RULE.test(rule) &&
    rule.trim().length >= Math.min(text.trim().length, 3) &&
    rule.trim().length + 1 >= text.trim().length
  );
}

/** The indented lines after `.. code-block::`, or after a paragraph that ends with `::`. */
function codeBlocks(lines: string[]): string[] {
  const result: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const directive = /^\s*\.\. (?:code-block|code|sourcecode|highlight)::\s*(\S*)\s*$/.exec(lines[at]!);
    const opens = directive !== null || (/::\s*$/.test(lines[at]!) && !/^\s*\.\. /.test(lines[at]!));
    if (!opens) {
      result.push(lines[at]!);
      continue;
    }
    if (directive === null) result.push(lines[at]!.replace(/::\s*$/, ':').replace(/^:$/, ''));
    let end = at + 1;
    while (end < lines.length && (lines[end]!.trim() === '' || /^\s+/.test(lines[end]!))) end += 1;
    const block = lines.slice(at + 1, end).filter((line) => directive === null || !/^\s+:[\w-]+:/.test(line));
    if (block.some((line) => line.trim() !== ''))
      result.push('', fence(directive?.[1] ?? '', dedent(block)), '');
    at = end - 1;
  }
  return result;
}

function dedent(lines: string[]): string {
  const used = lines.filter((line) => line.trim() !== '');
  const depth = used.reduce((least, line) => Math.min(least, line.search(/\S/)), Number.POSITIVE_INFINITY);
  return lines
    .map((line) => line.slice(depth))
    .join('\n')
    .replace(/^\n+/, '');
}

/** `` `text <address>`_ `` */
function linksOf(lines: string[]): string[] {
  return lines.map((line) => line.replace(/`([^`<]+?)\s*<(https?:[^`>]+|mailto:[^`>]+)>`__?/g, '[$1]($2)'));
}
