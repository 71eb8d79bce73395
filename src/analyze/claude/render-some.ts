import type { AnalysisInput } from '../../domain/analyzer.ts';
import { DocumentFailure } from '../../domain/failure.ts';

export interface SomeRendering {
  render: AnalysisInput['render'];
  /** Pages that could not be drawn so far, in order. */
  undrawn(): number[];
}

/** Draws what can be drawn: a page that cannot be is no reason to lose the others, or the text beside them. */
export function renderSome({
  render,
  extraction,
}: Pick<AnalysisInput, 'render' | 'extraction'>): SomeRendering {
  const shown = extraction.parts.filter(({ isPicture }) => isPicture === true);
  const hasText = extraction.parts.some(
    ({ kind, isPicture, start, end }) => kind !== 'image' && isPicture !== true && end > start,
  );
  const missing = new Set<number>();
  return {
    undrawn: () => [...missing].sort((a, b) => a - b),
    async render(order) {
      try {
        const rendered = await render(order);
        if ('pictures' in rendered) {
          const drawn = new Set(rendered.pictures.map(({ page }) => page));
          for (const { page } of order.pages) if (!drawn.has(page)) missing.add(page);
        }
        return rendered;
      } catch (error) {
        if (!(error instanceof DocumentFailure) || error.code !== 'corrupt') throw error;
        for (const { page } of order.pages) missing.add(page);
        if (!hasText && missing.size >= shown.length) throw error;
        return { pictures: [] };
      }
    },
  };
}
