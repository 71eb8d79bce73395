import type { ExtractionLimits } from '../domain/extraction.ts';
import { DocumentFailure, transient } from '../domain/failure.ts';
import type { Rendered } from '../domain/pictures.ts';
import type { RenderRequest } from '../sandbox/requests.ts';
import { cutPdf } from './cut-pdf.ts';
import { openDocument } from './open-document.ts';
import { parserFailure } from './parser-failure.ts';
import { renderImage } from './render-image.ts';
import { renderPdf } from './render-pdf.ts';

/** Makes what a model is to see of one document. Throws `DocumentFailure`; runs in a child process only. */
export async function renderFile(
  request: RenderRequest,
  limits: ExtractionLimits,
  onProgress: () => void = () => undefined,
): Promise<Rendered> {
  const { order } = request;
  const { facts, input } = await openDocument(request, limits, onProgress);
  if (facts.contentSha256 !== order.contentSha256) {
    throw transient('busy_file', 'The file was changed after it was read.', { stage: 'read' });
  }
  onProgress();
  try {
    if (facts.mimeType !== 'application/pdf') return { pictures: await renderImage(input, order) };
    const pdf = order.as === 'pdf' ? await cutPdf(input.bytes, order) : null;
    return pdf === null ? { pictures: await renderPdf(input, order) } : { pdf };
  } catch (error) {
    throw error instanceof DocumentFailure ? error : parserFailure(error);
  }
}
