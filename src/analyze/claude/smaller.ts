import type { DocumentFailure } from '../../domain/failure.ts';
import type { PictureWanted } from '../../domain/pictures.ts';
import type { ClaudeDraft } from './request.ts';

/**
 * The request with its pages as small as the API has asked for, or of about half the bytes where the whole is too large;
 * null when the failure is not about that.
 */
export function smaller(request: ClaudeDraft, failure: DocumentFailure): ClaudeDraft | null {
  const [{ content }] = request.messages;
  const ratioOf = ratioAfter(failure);
  if (ratioOf === null || typeof content === 'string') return null;
  const blocks = content.map((block) => {
    if (block.type === 'text') return block;
    const pages = block.order.pages.map((page) => {
      const ratio = ratioOf(page);
      return {
        ...page,
        widthPx: Math.max(1, Math.floor(page.widthPx * ratio)),
        heightPx: Math.max(1, Math.floor(page.heightPx * ratio)),
        scale: page.scale * ratio,
      };
    });
    // What a PDF weighs follows from nothing that we could make smaller; of pictures it does.
    return { type: block.type, order: { ...block.order, pages, as: 'jpeg' as const } };
  });
  return { ...request, messages: [{ role: 'user', content: blocks }] };
}

function ratioAfter({ code, stage, context }: DocumentFailure): ((page: PictureWanted) => number) | null {
  // `too_large` of another stage is about the file.
  if (code === 'too_large' && stage === 'analyze') return () => HALF_THE_AREA;
  if (context.errorCode !== 'image_dimensions_too_large') return null;
  const maxSidePx = typeof context.maxSidePx === 'number' ? context.maxSidePx : UNSAID_PX;
  return ({ widthPx, heightPx }) => Math.min(1, maxSidePx / Math.max(widthPx, heightPx));
}

const UNSAID_PX = 1_024;
/** Text on a page is still legible then. */
const HALF_THE_AREA = 0.7;
