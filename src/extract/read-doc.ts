import WordExtractor from 'word-extractor';
import { permanent } from '../domain/failure.ts';
import { compoundStreams } from './compound-streams.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { markdownTable } from './markdown-table.ts';
import { summaryProperties } from './summary-properties.ts';
import { unsupported } from './unsupported.ts';

/** Word 97; older versions have another inside. */
const OLDEST_VERSION = 0xc1;
const ENCRYPTED_FLAG = 0x0100;

/** Headers, body with its tables, notes, footers and comments. The format's styles are not read: no headings. */
export async function readDoc({ bytes, name }: ReaderInput): Promise<Draft> {
  const streams = compoundStreams(bytes);
  checkHead(streams('WordDocument'), name);
  const document = await new WordExtractor().extract(bytes);
  const boxes = document.getTextboxes({ includeBody: true, includeHeadersAndFooters: false });
  return {
    parts: [
      ...filled('header', 'Header', document.getHeaders({ includeFooters: false })),
      { kind: 'body', label: name, markdown: withTables(document.getBody()) },
      ...filled('body', 'Text boxes', boxes),
      ...filled('body', 'Notes', titled('Notes', `${document.getFootnotes()}\n${document.getEndnotes()}`)),
      ...filled('header', 'Footer', document.getFooters()),
      ...filled('body', 'Comments', titled('Comments', document.getAnnotations())),
    ],
    metadata: summaryProperties(streams('\u0005SummaryInformation')),
  };
}

/** The first bytes of the text's stream tell the version, and whether it is encrypted. */
function checkHead(head: Buffer | null, name: string): void {
  if (head === null || head.length < 32) throw new Error('its text is missing');
  if (head.readUInt16LE(2) < OLDEST_VERSION) throw unsupported('application/msword; version=6', name);
  if ((head.readUInt16LE(10) & ENCRYPTED_FLAG) !== 0) {
    throw permanent('encrypted', 'The document is protected by a password.', { stage: 'extract' });
  }
}

/** Cells end with a tab, rows with a tab and a line break. */
function withTables(text: string): string {
  const blocks: string[] = [];
  let rows: string[][] = [];
  const flush = (): void => {
    if (rows.length > 0) blocks.push('', markdownTable(rows), '');
    rows = [];
  };
  for (const line of text.split(/\r\n?|\n/)) {
    if (/\t.*\t$/.test(line) || (rows.length > 0 && line.endsWith('\t'))) {
      rows.push(line.slice(0, -1).split('\t'));
      continue;
    }
    flush();
    blocks.push(line.trim() === '' ? '' : line, '');
  }
  flush();
  return blocks.join('\n').replace(/\n{3,}/g, '\n\n');
}

function titled(title: string, text: string): string {
  return text.trim() === '' ? '' : `${title}:\n\n${text.trim()}`;
}

function filled(kind: DraftPart['kind'], label: string, text: string): DraftPart[] {
  const markdown = text.trim().replace(/\n+/g, '\n\n');
  return markdown === '' ? [] : [{ kind, label, markdown }];
}
