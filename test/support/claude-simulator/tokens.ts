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
    allBlocks(request).reduce((sum, block) => sum + countBlock(block), 0)
  );
}

export function countBlock(block: ContentBlock): number {
  const { source } = block;
  if (block.type === 'image') return 1_568;
  if (block.type !== 'document' || source === undefined) return countText(block.text ?? '');
  if (source.type === 'text') return countText(source.data ?? '');
  if (source.type === 'content') {
    return blocksOf(source.content).reduce((sum, inner) => sum + countBlock(inner), 0);
  }
  return pdfPages(source.data ?? '') * 2_200;
}

export function pdfPages(base64: string): number {
  const bytes = Buffer.from(base64, 'base64').toString('latin1');
  return Math.max(1, bytes.match(/\/Type\s*\/Page\b(?!s)/g)?.length ?? 1);
}
