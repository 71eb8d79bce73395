import type { PictureWanted } from '../../domain/pictures.ts';

export interface Shown {
  page: number;
  /** Its own size. */
  widthPx: number;
  heightPx: number;
}

/** An image is cut into tiles of this many pixels a side; each is a token. */
const TILE_PX = 28;

/** With more images in a call than this none may have a longer side than that. */
const MANY = 20;
const MANY_EDGE_PX = 2_000;

/** What a model takes in of one image; what is larger it makes smaller by itself, after we have sent it for nothing. */
const limitsOf = (model: string) =>
  /^claude-(haiku-4|sonnet-4|opus-4-[0-6]|3)/.test(model)
    ? { edgePx: 1_568, tokens: 1_568 }
    : { edgePx: 2_576, tokens: 4_784 };

/** The size in which a page is shown: within what the profile allows and the model takes in. */
export function pictureSize(
  { page, widthPx, heightPx }: Shown,
  {
    model,
    maxEdgePx,
    inCall,
  }: { model: string; maxEdgePx: number; /** Pictures in its call. */ inCall: number },
): PictureWanted {
  const { edgePx, tokens } = limitsOf(model);
  const allowedPx = Math.min(maxEdgePx, edgePx, inCall > MANY ? MANY_EDGE_PX : Infinity);
  let scale = Math.min(1, allowedPx / Math.max(widthPx, heightPx));
  const sized = (): PictureWanted => ({
    page,
    widthPx: Math.max(1, Math.round(widthPx * scale)),
    heightPx: Math.max(1, Math.round(heightPx * scale)),
    scale,
  });
  while (pictureTokens(sized()) > tokens) scale *= 0.98;
  return sized();
}

export function pictureTokens({ widthPx, heightPx }: { widthPx: number; heightPx: number }): number {
  return Math.ceil(widthPx / TILE_PX) * Math.ceil(heightPx / TILE_PX);
}

/** A page sent natively is billed as picture and text; only for budgets and limits while nobody has counted it. */
export const PDF_PAGE_TOKENS = 5_000;
