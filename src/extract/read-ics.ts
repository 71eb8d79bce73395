import { contentLines } from './content-lines.ts';
import type { ContentLine } from './content-lines.ts';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';

const KINDS: Readonly<Record<string, string>> = { VEVENT: 'Event', VTODO: 'Task', VJOURNAL: 'Journal entry' };
const SHOWN: readonly [property: string, label: string][] = [
  ['DTSTART', 'Start'],
  ['DTEND', 'End'],
  ['DUE', 'Due'],
  ['DURATION', 'Duration'],
  ['RRULE', 'Repeats'],
  ['LOCATION', 'Location'],
  ['STATUS', 'Status'],
  ['ORGANIZER', 'Organizer'],
  ['ATTENDEE', 'Attendee'],
  ['CATEGORIES', 'Categories'],
  ['URL', 'Link'],
];

/** A calendar: a heading and a list of facts per event, task or journal entry, in the order of the file. */
export function readIcs(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const blocks: string[] = [];
  const open: string[] = [];
  let entry: ContentLine[] = [];
  let title: string | undefined;
  for (const line of contentLines(text)) {
    if (line.name === 'BEGIN') {
      open.push(line.value.toUpperCase());
      if (open.at(-1)! in KINDS) entry = [];
    } else if (line.name === 'END') {
      const kind = open.pop() ?? '';
      if (kind in KINDS) blocks.push(entryMarkdown(KINDS[kind]!, entry));
    } else if (line.name === 'X-WR-CALNAME') title = line.value;
    else if ((open.at(-1) ?? '') in KINDS) entry.push(line);
  }
  return {
    parts: [{ kind: 'body', label: title ?? input.name, markdown: blocks.join('\n\n') }],
    metadata: { encoding, ...(title === undefined ? {} : { title }) },
  };
}

function entryMarkdown(kind: string, lines: ContentLine[]): string {
  const valueOf = (name: string): string | undefined =>
    lines.find((line) => line.name === name)?.value.trim();
  const facts = SHOWN.flatMap(([property, label]) =>
    lines.filter(({ name }) => name === property).map((line) => `- ${label}: ${factText(line)}`),
  );
  const description = valueOf('DESCRIPTION') ?? '';
  const pieces = [`## ${valueOf('SUMMARY') ?? kind}`, facts.join('\n'), description];
  return pieces.filter((piece) => piece !== '').join('\n\n');
}

function factText({ name, value, parameters }: ContentLine): string {
  if (name === 'ORGANIZER' || name === 'ATTENDEE') {
    const address = value.replace(/^mailto:/i, '');
    return parameters.CN === undefined ? address : `${parameters.CN} <${address}>`;
  }
  const zone = parameters.TZID === undefined ? '' : ` (${parameters.TZID})`;
  return `${isoTime(value)}${zone}`.replace(/\s*\n\s*/g, ' ');
}

/** `20260114T090000Z` as ISO 8601; anything else stays as it is. */
function isoTime(value: string): string {
  const match = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(value);
  if (match === null) return value;
  const [, year, month, day, hour, minute, second, zone] = match;
  const date = `${year!}-${month!}-${day!}`;
  return hour === undefined ? date : `${date}T${hour}:${minute!}:${second!}${zone!}`;
}
