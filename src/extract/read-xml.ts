import { decodeEntities } from './decode-entities.ts';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { expandEntities } from './expand-entities.ts';
import { tooDeep } from './too-deep.ts';

const INDENT = '  ';
/** Deeper elements are indented no further. */
const MAX_INDENTS = 12;
/** One tag, comment, CDATA section, declaration, or a run of text. */
const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|<!DOCTYPE[^[>]*(?:\[[^\]]*\]\s*)?>|<[?!][^>]*>?|<(\/?)([^\s/<>]+)([^<>]*?)(\/?)>|([^<]+|<)/g;

/** XML as a nested list: an element per line with its attributes and text. External entities are never looked up. */
export function readXml(input: ReaderInput): Draft {
  const declared = /<\?xml[^>]*\bencoding=["']([\w-]+)["']/.exec(input.bytes.toString('latin1', 0, 200))?.[1];
  const { text, encoding } = decodeInput(input, declared);
  const { lines, isBalanced } = outline(expandEntities(text, input.maxEntityChars), input);
  const title = /<title(?:\s[^>]*)?>\s*([^<]{1,300}?)\s*<\/title>/i.exec(text)?.[1];
  return {
    parts: [{ kind: 'body', label: input.name, markdown: lines.join('\n') }],
    metadata: { encoding, ...(title === undefined ? {} : { title: decodeEntities(title) }) },
    warnings: isBalanced ? [] : ['The XML is not well-formed; what could be read was kept'],
  };
}

function outline(
  xml: string,
  { maxTextChars, maxDepth }: ReaderInput,
): { lines: string[]; isBalanced: boolean } {
  const lines: string[] = [];
  const open: string[] = [];
  let isBalanced = true;
  let hasText = true;
  let characters = 0;

  for (const [, cdata, slash, name, attributes, selfClosing, text] of xml.matchAll(TOKEN)) {
    if (characters > maxTextChars) break;
    if (cdata !== undefined) addText(cdata);
    else if (text !== undefined) addText(decodeEntities(text));
    else if (name === undefined) continue;
    else if (slash === '/') {
      if (open.pop() !== name) isBalanced = false;
    } else {
      addLine(`- ${name}${attributeText(attributes ?? '')}`);
      hasText = false;
      open.push(name);
      if (open.length > maxDepth) throw tooDeep(maxDepth);
      if (selfClosing === '/') open.pop();
    }
  }
  return { lines, isBalanced: isBalanced && open.length === 0 };

  function addLine(line: string): void {
    const indented = INDENT.repeat(Math.min(open.length, MAX_INDENTS)) + line;
    lines.push(indented);
    characters += indented.length + 1;
  }

  function addText(raw: string): void {
    const flat = raw.replace(/\s+/g, ' ').trim();
    if (flat === '') return;
    if (!hasText && lines.length > 0) lines.push(`${lines.pop()!}: ${flat}`);
    else addLine(flat);
    hasText = true;
    characters += flat.length + 2;
  }
}

/** ` (id 7, lang en)`; namespace declarations say nothing to a reader. */
function attributeText(source: string): string {
  const shown = [...source.matchAll(/(?<!\S)([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)]
    .filter(([, name]) => name !== 'xmlns' && !name!.startsWith('xmlns:'))
    .map(([, name, double, single]) => `${name!} ${decodeEntities(double ?? single ?? '')}`);
  return shown.length === 0 ? '' : ` (${shown.join(', ')})`;
}
