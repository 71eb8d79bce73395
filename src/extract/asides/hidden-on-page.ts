import type { ParsedPage } from '@llamaindex/liteparse';
import { isLight } from './hidden-style.ts';

/** Points; what is printed smaller nobody reads. */
const TINY_POINTS = 2.5;

/** Text on a PDF page that is white, transparent, too small, or beside the paper. */
export function hiddenOnPage({ textItems, width, height }: ParsedPage): string {
  const hidden = textItems.filter((item) => {
    const alpha = item.fillColor === undefined ? 255 : Number.parseInt(item.fillColor.slice(0, 2), 16);
    const isPale = item.fillColor !== undefined && (alpha < 13 || isLight(`#${item.fillColor.slice(2)}`));
    const size = item.fontHeight ?? item.fontSize ?? item.height;
    const isBeside = item.x + item.width < 0 || item.y + item.height < 0 || item.x > width || item.y > height;
    return isPale || isBeside || (size > 0 && size < TINY_POINTS);
  });
  return hidden.map(({ text }) => text).join(' ');
}
