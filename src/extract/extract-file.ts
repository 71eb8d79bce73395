import { createHash } from 'node:crypto';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ExtractRequest, Extracted } from '../sandbox/requests.ts';
import { detectType } from './detect-type.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { finishDraft } from './finish-draft.ts';
import { readBytes } from './read-bytes.ts';
import { formatOf } from './readers.ts';

/** Reads one file and makes Markdown of it. Throws `DocumentFailure`; runs in a child process only. */
export async function extractFile(
  { path, name, knownSha256 }: ExtractRequest,
  limits: ExtractionLimits,
): Promise<Extracted> {
  const bytes = readBytes(path, limits.maxFileBytes);
  const contentSha256 = createHash('sha256').update(bytes).digest('hex');
  const mimeType = await detectType(bytes, name, limits);
  const file = { contentSha256, sizeBytes: bytes.length, mimeType };
  if (contentSha256 === knownSha256) return { ...file, extraction: null };

  const reader = formatOf(mimeType);
  const input: ReaderInput = { bytes, name, mimeType, ...limits };
  const draft = await readDraft(reader.load, input);
  return { ...file, extraction: finishDraft(draft, reader.version, input) };
}

async function readDraft(load: ReturnType<typeof formatOf>['load'], input: ReaderInput): Promise<Draft> {
  const read = await load();
  try {
    return await read(input);
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}

function parserFailure(error: unknown): DocumentFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /call stack/i.test(message)) {
    return permanent('nested_too_deep', 'The content is nested too deep for its parser.', {
      stage: 'extract',
      cause: error,
    });
  }
  if (error instanceof RangeError && /allocation|array length|string length|too large/i.test(message)) {
    return permanent('parse_oom', `Reading the document needed too much memory (${message}).`, {
      stage: 'extract',
      cause: error,
    });
  }
  return permanent('corrupt', `The document is damaged or cut off (${message.slice(0, 300)}).`, {
    stage: 'extract',
    cause: error,
  });
}
