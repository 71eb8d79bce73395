import type { Extraction } from '../../domain/extraction.ts';

export interface ContentCounts {
  /** Pages, or slides, or sheets; null where the format has none. */
  pages: number | null;
  words: number;
  characters: number;
  tables: number;
  images: number;
}

export function countContents({ metadata, parts, images }: Extraction, tableCount: number): ContentCounts {
  const pageParts = parts.filter(
    ({ kind }) => kind === 'page' || kind === 'slide' || kind === 'sheet',
  ).length;
  return {
    pages: metadata.pages ?? metadata.slides ?? metadata.sheets ?? (pageParts > 0 ? pageParts : null),
    words: metadata.words,
    characters: metadata.characters,
    tables: metadata.tables ?? tableCount,
    images: metadata.images ?? images.length,
  };
}
