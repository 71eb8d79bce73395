import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { ExtractionLimits } from '../domain/extraction.ts';
import type { Extracted, OpenRequest } from '../sandbox/requests.ts';
import { MAX_BYTES_PER_CHAR } from './decode-input.ts';
import { detectTextType } from './detect-text-type.ts';
import { detectType } from './detect-type.ts';
import type { Draft, ReaderInput } from './draft.ts';
import type { Format } from './formats.ts';
import { looksLikeText } from './looks-like-text.ts';
import { openMember } from './open-member.ts';
import { parserFailure } from './parser-failure.ts';
import { readContent } from './read-content.ts';
import type { ReadContent } from './read-content.ts';
import { formatOf } from './readers.ts';

/** Of these the beginning is enough: what is above the limit of text is cut in any case. */
const streamed: ReadonlySet<string> = new Set([
  'text/plain',
  'text/markdown',
  'text/csv',
  'text/tab-separated-values',
  'application/x-ndjson',
]);

export interface OpenedDocument {
  facts: Omit<Extracted, 'extraction'>;
  input: ReaderInput;
  format: Format;
  /** What it lies in, from the outermost. */
  ancestors: Buffer[];
}

/** The bytes and the type of one file, or of one document inside it. */
export async function openDocument(
  { content, name: fileName, memberPath, passwords = [] }: OpenRequest,
  limits: ExtractionLimits,
  onProgress: () => void,
): Promise<OpenedDocument> {
  const inputOf = (bytes: Buffer, name: string, mimeType: string): ReaderInput => ({
    bytes,
    name,
    mimeType,
    passwords,
    onProgress,
    ...limits,
  });
  const draftOf = async (bytes: Buffer, name: string): Promise<Draft> => {
    const mimeType = await detectType(bytes, name, limits);
    onProgress();
    return readDraft(formatOf(mimeType), inputOf(bytes, name, mimeType));
  };

  const isMember = memberPath.length > 0;
  const file = readContent(content, {
    keptBytes: (head, size) =>
      isMember ? wholeBytes(size, limits) : keptBytes(head, size, fileName, limits),
    isHashed: !isMember,
  });
  const { name, ancestors, ...opened } = isMember
    ? await openMember({ bytes: file.bytes, name: fileName }, memberPath, draftOf)
    : { ...file, name: fileName, ancestors: [] };
  const { bytes, sizeBytes, contentSha256 }: ReadContent = opened;
  const mimeType = await detectType(bytes, name, limits);
  return {
    facts: { contentSha256, sizeBytes, mimeType },
    input: inputOf(bytes, name, mimeType),
    format: formatOf(mimeType),
    ancestors,
  };
}

/** What the reader of its format makes of it; throws nothing but `DocumentFailure`. */
export async function readDraft({ load }: Format, input: ReaderInput): Promise<Draft> {
  const read = await load();
  try {
    return await read(input);
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}

function keptBytes(head: Buffer, sizeBytes: number, name: string, limits: ExtractionLimits): number {
  if (looksLikeText(head) && streamed.has(detectTextType(head, name))) {
    return (limits.maxTextChars + 1) * MAX_BYTES_PER_CHAR;
  }
  return wholeBytes(sizeBytes, limits);
}

function wholeBytes(sizeBytes: number, { maxParsedBytes }: ExtractionLimits): number {
  if (sizeBytes <= maxParsedBytes) return sizeBytes;
  const message = `The file has ${sizeBytes} bytes; the limit of its format is ${maxParsedBytes}.`;
  throw permanent('too_large', message, { stage: 'read', context: { sizeBytes, maxParsedBytes } });
}
