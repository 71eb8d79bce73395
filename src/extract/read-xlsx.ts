import readExcel from 'read-excel-file/node';
import { permanent } from '../domain/failure.ts';
import { decodeEntities } from './decode-entities.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { officeImages } from './office-images.ts';
import { sheetExtras } from './sheet-extras.ts';
import { durationCells } from './duration-cells.ts';
import { hours } from './hours.ts';
import { hiddenSheetWarnings, sheetPart } from './sheet-markdown.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';

const MAX_PROPERTIES_BYTES = 1024 * 1024;

/** One part per sheet: its name, its cells as a table, its charts and comments. Formulas show their stored values. */
export async function readXlsx({ bytes, maxDepth }: ReaderInput): Promise<Draft> {
  const sheets = await readSheets(bytes);
  const extras = sheetExtras(bytes, maxDepth);
  const durations = durationCells(bytes);
  const workbook = workbookXml(bytes);
  const epochMs = uses1904(workbook) ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
  const parts = sheets.map(({ sheet, data }) =>
    sheetPart(
      sheet,
      data.map((row, r) =>
        row.map((cell, c) =>
          cellText(cell, epochMs, durations.get(sheet)?.has(`${r}:${c}`) === true ? Infinity : SHORT_MS),
        ),
      ),
      extras.get(sheet),
    ),
  );
  const tables = parts.filter(({ markdown }) => markdown !== '').length;
  return {
    parts,
    metadata: { ...coreProperties(bytes), sheets: sheets.length, ...(tables > 0 ? { tables } : {}) },
    images: officeImages(bytes),
    warnings: hiddenSheetWarnings(hiddenSheets(workbook)),
  };
}

async function readSheets(bytes: Buffer): Promise<Awaited<ReturnType<typeof readExcel>>> {
  try {
    return await readExcel(bytes, { trim: true });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The workbook is damaged or cut off (${reason.slice(0, 200)}).`;
    throw permanent('corrupt', message, { stage: 'extract', cause: error });
  }
}

function cellText(cell: unknown, epochMs: number, longestMs: number): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell);
  if (!(cell instanceof Date)) return '';
  if (Number.isNaN(cell.getTime())) return '';
  return isoTime(cell, epochMs, longestMs);
}

/** A number of days that is formatted as a time (`h:mm`) and smaller than this is a duration: nobody dates anything in 1900. */
const SHORT_MS = 32 * 86_400_000;

/** Excel counts in days: what is a second there is a fraction that is rarely exact. Below `longestMs` it is a duration. */
function isoTime(date: Date, epochMs: number, longestMs: number): string {
  const rounded = new Date(Math.round(date.getTime() / 1000) * 1000);
  const sinceEpochMs = rounded.getTime() - epochMs;
  if (Math.abs(sinceEpochMs) < longestMs) return hours(sinceEpochMs / 1000);
  const [day, time] = rounded.toISOString().slice(0, 19).split('T') as [string, string];
  if (time === '00:00:00') return day;
  return `${day}T${time.endsWith(':00') ? time.slice(0, 5) : time}`;
}

function workbookXml(bytes: Buffer): string {
  const entry = readZipDirectory(bytes)?.find(({ name }) => /^xl\/workbook\d*\.xml$/i.test(name));
  return readZipText(bytes, entry, MAX_PROPERTIES_BYTES) ?? '';
}

function uses1904(xml: string): boolean {
  return /<(?:\w+:)?workbookPr\s[^>]*\bdate1904="(?:1|true)"/.test(xml);
}

function hiddenSheets(xml: string): string[] {
  return [...xml.matchAll(/<(?:\w+:)?sheet\s[^>]*>/g)].flatMap(([tag]) => {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1];
    return name !== undefined && /\bstate="(?:hidden|veryHidden)"/.test(tag) ? [decodeEntities(name)] : [];
  });
}

/** Title, author and dates as Office writes them in every file. */
function coreProperties(bytes: Buffer): Draft['metadata'] {
  const entry = readZipDirectory(bytes)?.find(({ name }) => name === 'docProps/core.xml');
  const xml = readZipText(bytes, entry, MAX_PROPERTIES_BYTES) ?? '';
  const property = (tag: string): string | undefined => {
    const content = new RegExp(`<${tag}(?:\\s[^>]*)?>([^<]{1,1000})</${tag}>`).exec(xml)?.[1];
    return content === undefined ? undefined : decodeEntities(content).trim();
  };
  const title = property('dc:title');
  const author = property('dc:creator');
  const createdAt = isoDate(property('dcterms:created'));
  const modifiedAt = isoDate(property('dcterms:modified'));
  return {
    ...(title === undefined || title === '' ? {} : { title }),
    ...(author === undefined || author === '' ? {} : { author }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(modifiedAt === null ? {} : { modifiedAt }),
  };
}

function isoDate(text: string | undefined): string | null {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
