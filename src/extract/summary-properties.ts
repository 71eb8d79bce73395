import type { ExtractionMetadata } from '../domain/extraction.ts';
import { decodeText } from './decode-text.ts';

type Summary = Pick<Partial<ExtractionMetadata>, 'title' | 'author' | 'createdAt' | 'modifiedAt' | 'pages'>;

const CODE_PAGE = 1;
const TITLE = 2;
const AUTHOR = 4;
const CREATED = 12;
const SAVED = 13;
const PAGES = 14;
/** Milliseconds from 1601 to 1970. */
const EPOCH_OFFSET_MS = 11_644_473_600_000;

/** Title, author and dates of an Office 97–2003 file, from its stream `SummaryInformation`; nothing when damaged. */
export function summaryProperties(stream: Buffer | null): Summary {
  try {
    return stream === null ? {} : readProperties(stream);
  } catch {
    return {};
  }
}

function readProperties(stream: Buffer): Summary {
  const section = stream.readUInt32LE(44);
  const offsets = new Map<number, number>();
  const count = Math.min(stream.readUInt32LE(section + 4), 100);
  for (let index = 0; index < count; index += 1) {
    const at = section + 8 + index * 8;
    offsets.set(stream.readUInt32LE(at), section + stream.readUInt32LE(at + 4));
  }
  const codePageAt = offsets.get(CODE_PAGE);
  const codePage = codePageAt === undefined ? 1252 : stream.readUInt16LE(codePageAt + 4);
  const text = (id: number): string => {
    const at = offsets.get(id);
    if (at === undefined) return '';
    const bytes = stream.subarray(at + 8, at + 8 + stream.readUInt32LE(at + 4));
    return decodeSummary(bytes, codePage);
  };
  const date = (id: number): string | null => {
    const at = offsets.get(id);
    if (at === undefined) return null;
    const ms = Number(stream.readBigUInt64LE(at + 4) / 10_000n) - EPOCH_OFFSET_MS;
    return ms > 0 && ms < 4e12 ? new Date(ms).toISOString() : null;
  };
  const title = text(TITLE);
  const author = text(AUTHOR);
  const createdAt = date(CREATED);
  const modifiedAt = date(SAVED);
  const pagesAt = offsets.get(PAGES);
  const pages = pagesAt === undefined ? 0 : stream.readInt32LE(pagesAt + 4);
  return {
    ...(title === '' ? {} : { title }),
    ...(author === '' ? {} : { author }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(modifiedAt === null ? {} : { modifiedAt }),
    ...(pages > 0 ? { pages } : {}),
  };
}

function decodeSummary(bytes: Buffer, codePage: number): string {
  const label = codePage === 65001 ? 'utf-8' : codePage === 1200 ? 'utf-16le' : `windows-${codePage}`;
  const text = label === 'utf-16le' ? bytes.toString('utf16le') : decodeText(bytes, label).text;
  return text.split('\0')[0]!.replace(/\s+/g, ' ').trim().slice(0, 500);
}
