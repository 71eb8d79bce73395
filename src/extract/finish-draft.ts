import type { Extraction, ExtractionPart } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import type { Draft, ReaderInput } from './draft.ts';

const BETWEEN_PARTS = '\n\n';

/** Joins a reader's parts into one Markdown text with ranges and counts. Throws `empty` when there is nothing to see. */
export function finishDraft(draft: Draft, extractorVersion: string, input: ReaderInput): Extraction {
  const { maxTextChars, mimeType } = input;
  const warnings = [...(draft.warnings ?? [])];
  const images = draft.images ?? [];
  const parts: ExtractionPart[] = [];
  const indexes = new Map<string, number>();
  let markdown = '';

  for (const part of draft.parts) {
    const text = tidy(part.markdown);
    if (markdown !== '' && text !== '') markdown += BETWEEN_PARTS;
    const start = Math.min(markdown.length, maxTextChars);
    markdown += text;
    const index = (indexes.get(part.kind) ?? 0) + 1;
    indexes.set(part.kind, index);
    parts.push({
      kind: part.kind,
      index,
      label: part.label,
      start,
      end: Math.min(markdown.length, maxTextChars),
    });
  }

  if (markdown === '' && images.length === 0 && draft.hasPictures !== true) {
    throw permanent('empty', 'There is no text and no picture in the document.', { stage: 'extract' });
  }
  if (markdown.length > maxTextChars) {
    warnings.push(`The text was cut after ${maxTextChars} characters`);
    markdown = cut(markdown, maxTextChars);
  }
  return {
    markdown,
    parts,
    images,
    metadata: {
      mimeType,
      ...draft.metadata,
      ...(images.length > 0 ? { images: images.length } : {}),
      words: countWords(markdown),
      characters: markdown.length,
    },
    warnings,
    children: [],
    extractorVersion,
  };
}

/** One kind of line ending, no blank lines at the ends. */
function tidy(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const first = unified.search(/\S/);
  return first < 0 ? '' : unified.slice(unified.lastIndexOf('\n', first) + 1).trimEnd();
}

/** Never between the halves of a surrogate pair. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** Runs of letters and digits; in scripts without spaces (Chinese, Japanese, Thai) each character counts. */
function countWords(text: string): number {
  const matches = text.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.,:@/-]*/gu) ?? [];
  let words = matches.length;
  for (const match of matches) {
    const unspaced = match.match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/gu);
    if (unspaced) words += unspaced.length - 1;
  }
  return words;
}
