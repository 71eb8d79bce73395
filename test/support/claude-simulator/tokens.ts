import { pdfPages, sideways } from './seen-pages.ts';
import type { ContentBlock, MessagesRequest } from './request.ts';
import { allBlocks, blocksOf } from './request.ts';

/**
 * The simulator's own tokenizer; `src/` cannot import it (lint). Words cost a token per started 5 letters, digits one
 * per started 3, every other mark one, and scripts without spaces one per character.
 */
export function countText(text: string): number {
  let tokens = 0;
  for (const [piece] of text.matchAll(/[\p{L}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}]|\n+/gu)) {
    if (/^\p{N}/u.test(piece)) tokens += Math.ceil(piece.length / 3);
    else if (/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(piece)) {
      tokens += piece.length;
    } else tokens += Math.ceil(piece.length / 5);
  }
  return tokens;
}

/** What a request takes of the context before anything is generated. */
export function countInput(request: MessagesRequest): number {
  const schema = request.output_config?.format?.schema;
  const format = schema === undefined ? 0 : 40 + countText(JSON.stringify(schema));
  return (
    8 +
    4 * request.messages.length +
    format +
    allBlocks(request).reduce((sum, block) => sum + countBlock(block, request.model), 0)
  );
}

export function countBlock(block: ContentBlock, model: string): number {
  const { source } = block;
  if (block.type === 'image') return countImage(source?.data ?? '', model);
  if (block.type !== 'document' || source === undefined) return countText(block.text ?? '');
  if (source.type === 'text') return countText(source.data ?? '');
  if (source.type === 'content') {
    return blocksOf(source.content).reduce((sum, inner) => sum + countBlock(inner, model), 0);
  }
  return pdfPages(source.data ?? '') * PDF_PAGE;
}

/** A page is a picture and its text; the simulator does not read the text. */
const PDF_PAGE = 2_200;

/** A token for each started square of 28 pixels; what is larger than the model takes in is first made smaller. */
function countImage(base64: string, model: string): number {
  const size = sideways(base64);
  if (size === null) return 0;
  const isOld = /-4-\d$/.test(model);
  const [edge, most] = isOld ? [1_568, 1_568] : [2_576, 4_784];
  const shrink = Math.min(1, edge / Math.max(size.width, size.height));
  const tiles = (side: number): number => Math.ceil((side * shrink) / 28);
  return Math.min(most, tiles(size.width) * tiles(size.height));
}
