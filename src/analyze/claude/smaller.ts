import type { DocumentFailure } from '../../domain/failure.ts';
import type { ClaudeDraft } from './request.ts';

/** The request with its pages as small as the API has asked for; null when the failure is not about that. */
export function smaller(request: ClaudeDraft, { context }: DocumentFailure): ClaudeDraft | null {
  const [{ content }] = request.messages;
  if (context.errorCode !== 'image_dimensions_too_large' || typeof content === 'string') return null;
  const maxSidePx = typeof context.maxSidePx === 'number' ? context.maxSidePx : UNSAID_PX;
  const blocks = content.map((block) => {
    if (block.type === 'text') return block;
    const pages = block.order.pages.map((page) => {
      const ratio = Math.min(1, maxSidePx / Math.max(page.widthPx, page.heightPx));
      return {
        ...page,
        widthPx: Math.max(1, Math.floor(page.widthPx * ratio)),
        heightPx: Math.max(1, Math.floor(page.heightPx * ratio)),
        scale: page.scale * ratio,
      };
    });
    return { ...block, order: { ...block.order, pages } };
  });
  return { ...request, messages: [{ role: 'user', content: blocks }] };
}

const UNSAID_PX = 1_024;
