import { contentLines } from './content-lines.ts';
import type { ContentLine } from './content-lines.ts';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';

const SHOWN: readonly [property: string, label: string][] = [
  ['ORG', 'Organization'],
  ['TITLE', 'Title'],
  ['ROLE', 'Role'],
  ['TEL', 'Phone'],
  ['EMAIL', 'Mail'],
  ['ADR', 'Address'],
  ['URL', 'Link'],
  ['BDAY', 'Birthday'],
  ['CATEGORIES', 'Categories'],
  ['NOTE', 'Note'],
];

/** Contacts: a heading and a list of facts per person. Photos and keys are left out. */
export function readVcf(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const cards: ContentLine[][] = [];
  for (const line of contentLines(text)) {
    if (line.name === 'BEGIN') cards.push([]);
    else if (line.name !== 'END') cards.at(-1)?.push(line);
  }
  return {
    parts: [{ kind: 'body', label: input.name, markdown: cards.map(cardMarkdown).join('\n\n') }],
    metadata: { encoding },
  };
}

function cardMarkdown(lines: ContentLine[]): string {
  const valueOf = (name: string): string => lines.find((line) => line.name === name)?.value.trim() ?? '';
  const [family = '', given = ''] = valueOf('N').split(';');
  const name = [valueOf('FN'), `${given} ${family}`.trim(), valueOf('ORG'), 'Contact'].find(
    (text) => text !== '',
  );
  const facts = SHOWN.flatMap(([property, label]) =>
    lines
      .filter((line) => line.name === property && line.value.replace(/[;\s]/g, '') !== '')
      .map((line) => `- ${label}${kindOf(line)}: ${flat(line.value)}`),
  );
  return [`## ${name!}`, facts.join('\n')].filter((piece) => piece !== '').join('\n\n');
}

/** ` (work, cell)`; vCard 2.1 writes the kinds as parameters without a name. */
function kindOf({ parameters }: ContentLine): string {
  const bare = Object.keys(parameters).filter((key) => /^(?:HOME|WORK|CELL|FAX|VOICE|PAGER)$/.test(key));
  const kinds = (parameters.TYPE?.split(',') ?? bare).map((kind) => kind.toLowerCase());
  const telling = kinds.filter((kind) => !['pref', 'internet', 'voice'].includes(kind));
  return telling.length === 0 ? '' : ` (${telling.join(', ')})`;
}

/** Addresses and organizations are lists with semicolons. */
function flat(value: string): string {
  return value
    .split(';')
    .map((piece) => piece.replace(/\s+/g, ' ').trim())
    .filter((piece) => piece !== '')
    .join(', ');
}
