import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ExtractRequest, Extracted } from '../sandbox/requests.ts';
import { MAX_BYTES_PER_CHAR } from './decode-input.ts';
import { detectTextType } from './detect-text-type.ts';
import { detectType } from './detect-type.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { finishDraft } from './finish-draft.ts';
import { looksLikeText } from './looks-like-text.ts';
import { parserFailure } from './parser-failure.ts';
import { readContent } from './read-content.ts';
import { formatOf } from './readers.ts';

/** Of these the beginning is enough: what is above the limit of text is cut in any case. */
const streamed: ReadonlySet<string> = new Set([
  'text/plain',
  'text/markdown',
  'text/csv',
  'text/tab-separated-values',
  'application/x-ndjson',
]);

/** Reads one file and makes Markdown of it. Throws `DocumentFailure`; runs in a child process only. */
export async function extractFile(
  { content, name, knownSha256 }: ExtractRequest,
  limits: ExtractionLimits,
  onProgress: () => void = () => undefined,
): Promise<Extracted> {
  const { bytes, sizeBytes, contentSha256 } = readContent(content, (head, size) =>
    keptBytes(head, size, name, limits),
  );
  const mimeType = await detectType(bytes, name, limits);
  const file = { contentSha256, sizeBytes, mimeType };
  if (contentSha256 === knownSha256) return { ...file, extraction: null };

  onProgress();
  const format = formatOf(mimeType);
  const input: ReaderInput = { bytes, name, mimeType, onProgress, ...limits };
  const draft = await readDraft(format.load, input);
  return { ...file, extraction: finishDraft(draft, format.version, input) };
}

function keptBytes(head: Buffer, sizeBytes: number, name: string, limits: ExtractionLimits): number {
  const { maxParsedBytes, maxTextChars } = limits;
  if (looksLikeText(head) && streamed.has(detectTextType(head, name))) {
    return (maxTextChars + 1) * MAX_BYTES_PER_CHAR;
  }
  if (sizeBytes <= maxParsedBytes) return sizeBytes;
  const message = `The file has ${sizeBytes} bytes; the limit of its format is ${maxParsedBytes}.`;
  throw permanent('too_large', message, { stage: 'read', context: { sizeBytes, maxParsedBytes } });
}

async function readDraft(load: ReturnType<typeof formatOf>['load'], input: ReaderInput): Promise<Draft> {
  const read = await load();
  try {
    return await read(input);
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}
