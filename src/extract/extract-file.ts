import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ExtractRequest, Extracted } from '../sandbox/requests.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { childrenOf } from './children-of.ts';
import { finishDraft } from './finish-draft.ts';
import { DocumentFailure } from '../domain/failure.ts';
import { mayNeedOcr, ocrVersion, partialVersion } from '../domain/ocr.ts';
import { openDocument, readDraft } from './open-document.ts';
import { parserFailure } from './parser-failure.ts';

/** Reads one file, or one document inside it, and makes Markdown of it. Throws `DocumentFailure`; runs in a child process only. */
export async function extractFile(
  request: ExtractRequest,
  limits: ExtractionLimits,
  onProgress: () => void = () => undefined,
): Promise<Extracted> {
  const startedAtMs = performance.now();
  const { facts, input, format, ancestors } = await openDocument(request, limits, onProgress);
  const { known } = request;
  const ocr = mayNeedOcr(facts.mimeType) ? (request.ocr ?? null) : null;
  const version = ocr === null ? format.version : ocrVersion(format.version, ocr.languages);
  const isKnown = known?.contentSha256 === facts.contentSha256 && known.extractorVersion === version;
  if (isKnown) return { ...facts, extraction: null };

  onProgress();
  const plain = await readDraft(format, input);
  const { draft, isPartial } =
    ocr === null
      ? { draft: plain, isPartial: false }
      : await ocred(plain, { ...ocr, endsAtMs: startedAtMs + ocr.maxMs }, input);
  const children = childrenOf(draft, { ancestors: [...ancestors, input.bytes], ...limits });
  const written = isPartial ? partialVersion(version) : version;
  return { ...facts, extraction: finishDraft({ ...draft, ...children }, written, input) };
}

async function ocred(
  draft: Draft,
  { dataFolder, ...order }: NonNullable<ExtractRequest['ocr']> & { endsAtMs: number },
  input: ReaderInput,
): Promise<{ draft: Draft; isPartial: boolean }> {
  const { readByOcr } = await import('./read-by-ocr.ts');
  try {
    return await readByOcr(draft, order, { ...input, ocrDataFolder: dataFolder });
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}
