import type { Extraction } from '../../domain/extraction.ts';

export interface TextRange {
  /** Where it begins, with what it repeats of the range before it. */
  start: number;
  /** Where that ends. */
  from: number;
  to: number;
}

/**
 * The text in ranges of at most `maxChars`, cut at the end of a page, sheet or slide where one is near, else of a
 * paragraph, a line, a word. Each after the first repeats the last `overlapChars` before it.
 */
export function splitText(
  { markdown, parts }: Pick<Extraction, 'markdown' | 'parts'>,
  { maxChars, overlapChars }: { maxChars: number; overlapChars: number },
): TextRange[] {
  if (markdown.length <= maxChars) return [{ start: 0, from: 0, to: markdown.length }];
  const ends = parts.map(({ end }) => end);
  const ranges: TextRange[] = [];
  for (let from = 0; from < markdown.length;) {
    const start = Math.max(0, from - (ranges.length === 0 ? 0 : overlapChars));
    const limit = start + maxChars;
    const to = limit >= markdown.length ? markdown.length : cutBefore(markdown, ends, from + 1, limit);
    ranges.push({ start, from, to });
    from = to;
  }
  return ranges;
}

function cutBefore(text: string, ends: readonly number[], least: number, limit: number): number {
  // Not so early that the pieces become many.
  const early = Math.max(least, limit - Math.floor((limit - least) / 2));
  const end = ends.findLast((at) => at <= limit && at >= early);
  if (end !== undefined) return end;
  for (const mark of ['\n\n', '\n', ' ']) {
    const at = text.lastIndexOf(mark, limit - mark.length);
    if (at >= early) return at + mark.length;
  }
  return limit;
}
