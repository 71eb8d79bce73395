import type { ExtractionLimits } from '../domain/extraction.ts';
import type { ExtractRequest, Extracted } from '../sandbox/requests.ts';
import { childrenOf } from './children-of.ts';
import { finishDraft } from './finish-draft.ts';
import { openDocument, readDraft } from './open-document.ts';

/** Reads one file, or one document inside it, and makes Markdown of it. Throws `DocumentFailure`; runs in a child process only. */
export async function extractFile(
  request: ExtractRequest,
  limits: ExtractionLimits,
  onProgress: () => void = () => undefined,
): Promise<Extracted> {
  const { facts, input, format, ancestors } = await openDocument(request, limits, onProgress);
  const { known } = request;
  const isKnown = known?.contentSha256 === facts.contentSha256 && known.extractorVersion === format.version;
  if (isKnown) return { ...facts, extraction: null };

  onProgress();
  const draft = await readDraft(format, input);
  const children = childrenOf(draft, { ancestors: [...ancestors, input.bytes], ...limits });
  return { ...facts, extraction: finishDraft({ ...draft, ...children }, format.version, input) };
}
