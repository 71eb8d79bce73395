import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ExtractRequest, Extracted } from '../sandbox/requests.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { childrenOf } from './children-of.ts';
import { finishDraft } from './finish-draft.ts';
import { DocumentFailure } from '../domain/failure.ts';
import { ocrVersion } from '../domain/ocr.ts';
import { openDocument, readDraft } from './open-document.ts';
import { parserFailure } from './parser-failure.ts';

/** Reads one file, or one document inside it, and makes Markdown of it. Throws `DocumentFailure`; runs in a child process only. */
export async function extractFile(
  request: ExtractRequest,
  limits: ExtractionLimits,
  onProgress: () => void = () => undefined,
): Promise<Extracted> {
  const { facts, input, format, ancestors } = await openDocument(request, limits, onProgress);
  const { known } = request;
  const ocr = hasPictures(facts.mimeType) ? (request.ocr ?? null) : null;
  const version = ocr === null ? format.version : ocrVersion(format.version, ocr.languages);
  const isKnown = known?.contentSha256 === facts.contentSha256 && known.extractorVersion === version;
  if (isKnown) return { ...facts, extraction: null };

  onProgress();
  const plain = await readDraft(format, input);
  const draft = ocr === null ? plain : await ocred(plain, ocr, input);
  const children = childrenOf(draft, { ancestors: [...ancestors, input.bytes], ...limits });
  return { ...facts, extraction: finishDraft({ ...draft, ...children }, version, input) };
}

/** Of other formats no part is a picture: their text is the same with OCR and without. */
function hasPictures(mimeType: string): boolean {
  return mimeType === 'application/pdf' || (mimeType.startsWith('image/') && mimeType !== 'image/svg+xml');
}

async function ocred(
  draft: Draft,
  { dataFolder, ...order }: NonNullable<ExtractRequest['ocr']>,
  input: ReaderInput,
): Promise<Draft> {
  const { readByOcr } = await import('./read-by-ocr.ts');
  try {
    return await readByOcr(draft, order, { ...input, ocrDataFolder: dataFolder });
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}
