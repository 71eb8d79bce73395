import { permanent } from '../domain/failure.ts';
import { compoundStreams } from './compound-streams.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { pptRecordAt, pptRecords, pptRecordsInside, pptTypes } from './ppt-records.ts';
import { summaryProperties } from './summary-properties.ts';
import type { PptRecord } from './ppt-records.ts';

/** Kinds of text that are titles; 1 is a body with bullets. */
const TITLES: ReadonlySet<number> = new Set([0, 6]);
const BODY = 1;
const SLIDES = 0;
const NOTES = 2;

interface TextBlock {
  kind: number;
  text: string;
}

/** One part per slide, in the order shown: its title, its texts and the speaker's notes. */
export function readPpt({ bytes }: ReaderInput): Draft {
  const streams = compoundStreams(bytes);
  const stream = streams('PowerPoint Document');
  if (stream === null) throw new Error('its slides are missing');
  if (bytes.includes(Buffer.from('EncryptedSummary', 'utf16le'))) {
    throw permanent('encrypted', 'The presentation is protected by a password.', { stage: 'extract' });
  }
  const top = pptRecords(stream);
  const offsets = persistOffsets(top);
  const document = top.findLast(({ type }) => type === pptTypes.document);
  if (document === undefined) throw new Error('its list of slides is missing');
  const lists = pptRecords(document.data).filter(({ type }) => type === pptTypes.slideList);
  const listOf = (instance: number): SlideEntry[] =>
    slideEntries(lists.find((list) => list.instance === instance));
  const notes = notesBySlide(listOf(NOTES), stream, offsets);
  const parts = listOf(SLIDES).map((entry, index): DraftPart => {
    const slide = pptRecordAt(stream, offsets.get(entry.persistId) ?? -1);
    const blocks = slide === null ? entry.outline : slideBlocks(slide, entry.outline);
    const note = notes.get(entry.slideId) ?? '';
    const pieces = [...blocks.map(blockMarkdown), note === '' ? '' : `Notes:\n\n${note}`];
    return {
      kind: 'slide',
      label: `Slide ${index + 1}`,
      markdown: pieces.filter((piece) => piece !== '').join('\n\n'),
    };
  });
  const { pages: _, ...summary } = summaryProperties(streams('\u0005SummaryInformation'));
  return { parts, metadata: { ...summary, slides: parts.length } };
}

/** Where each object of the file lies; a later save overrides an earlier one. */
function persistOffsets(top: PptRecord[]): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const { data } of top.filter(({ type }) => type === pptTypes.persistDirectory)) {
    for (let at = 0; at + 4 <= data.length;) {
      const head = data.readUInt32LE(at);
      const first = head & 0xfffff;
      const count = head >>> 20;
      at += 4;
      for (let index = 0; index < count && at + 4 <= data.length; index += 1, at += 4) {
        offsets.set(first + index, data.readUInt32LE(at));
      }
    }
  }
  return offsets;
}

interface SlideEntry {
  persistId: number;
  slideId: number;
  /** The texts of title and body, which the slide itself only refers to. */
  outline: TextBlock[];
}

function slideEntries(list: PptRecord | undefined): SlideEntry[] {
  const entries: SlideEntry[] = [];
  let rest: PptRecord[] = [];
  const flush = (): void => void entries.at(-1)?.outline.push(...textBlocks(rest));
  for (const record of list === undefined ? [] : pptRecords(list.data)) {
    if (record.type !== pptTypes.slidePersist || record.data.length < 16) {
      rest.push(record);
      continue;
    }
    flush();
    rest = [];
    entries.push({
      persistId: record.data.readUInt32LE(0),
      slideId: record.data.readUInt32LE(12),
      outline: [],
    });
  }
  flush();
  return entries;
}

function textBlocks(records: PptRecord[]): TextBlock[] {
  const blocks: TextBlock[] = [];
  let kind = 4;
  for (const { type, data } of records) {
    if (type === pptTypes.textHeader && data.length >= 4) kind = data.readUInt32LE(0);
    else if (type === pptTypes.textChars) blocks.push({ kind, text: data.toString('utf16le') });
    else if (type === pptTypes.textBytes) blocks.push({ kind, text: data.toString('latin1') });
  }
  return blocks;
}

function slideBlocks(slide: PptRecord, outline: TextBlock[]): TextBlock[] {
  const boxes = pptRecordsInside(slide.data, pptTypes.textbox).map(({ data }) => pptRecords(data));
  const blocks = boxes.flatMap((records) => {
    const reference = records.find(({ type, data }) => type === pptTypes.outlineTextRef && data.length >= 4);
    const referred = reference === undefined ? undefined : outline[reference.data.readUInt32LE(0)];
    return referred === undefined ? textBlocks(records) : [referred];
  });
  // Files of other programs may keep texts in the outline alone.
  return blocks.length > 0 ? blocks : outline;
}

function notesBySlide(list: SlideEntry[], stream: Buffer, offsets: Map<number, number>): Map<number, string> {
  const notes = new Map<number, string>();
  for (const entry of list) {
    const record = pptRecordAt(stream, offsets.get(entry.persistId) ?? -1);
    if (record === null) continue;
    const atom = pptRecords(record.data).find(({ type }) => type === pptTypes.notesAtom);
    // The page's number and date are placeholders without words.
    const texts = slideBlocks(record, entry.outline)
      .map(({ text }) => plain(text))
      .filter((text) => text !== '' && text !== '*');
    if (atom !== undefined && atom.data.length >= 4) notes.set(atom.data.readUInt32LE(0), texts.join('\n\n'));
  }
  return notes;
}

function blockMarkdown({ kind, text }: TextBlock): string {
  const clean = plain(text);
  if (clean === '') return '';
  if (TITLES.has(kind)) return `# ${clean.replace(/\s+/g, ' ')}`;
  if (kind !== BODY) return clean.replace(/\n+/g, '\n\n');
  return clean
    .split(/\n+/)
    .map((line) => `- ${line}`)
    .join('\n');
}

/** Paragraphs end with a carriage return, lines with a vertical tab. */
function plain(text: string): string {
  return text.replace(/\r/g, '\n').replace(/\v/g, ' ').trim();
}
