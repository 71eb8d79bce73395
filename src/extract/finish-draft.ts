import type { Extraction, ExtractionChild, ExtractionPart } from '../domain/extraction.ts';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import { findAllOrders } from '../domain/find-orders.ts';
import { describeSuspicion } from '../domain/suspicion.ts';
import type { AsideText } from '../domain/suspicion.ts';
import { asidesOf } from './asides/asides-of.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { parserFailure } from './parser-failure.ts';

const BETWEEN_PARTS = '\n\n';
/** A text is not cut back further than this to end with a whole line. */
const LONGEST_LINE = 10_000;
/** What a page or picture takes beside its name. */
const ENTRY_BYTES = 80;

/** Joins a reader's parts into one Markdown text with ranges and counts. Throws `empty` when there is nothing to see. */
export function finishDraft(
  draft: Draft & { children: ExtractionChild[] },
  extractorVersion: string,
  input: ReaderInput,
): Extraction {
  const { maxOutputBytes, maxTextChars, mimeType } = input;
  const warnings = [...(draft.warnings ?? [])];
  const images = draft.images ?? [];
  const parts: ExtractionPart[] = [];
  const indexes = new Map<string, number>();
  let markdown = '';
  let pictures = 0;

  for (const part of draft.parts) {
    const text = tidy(part.markdown);
    if (markdown !== '' && text !== '') markdown += BETWEEN_PARTS;
    const start = markdown.length;
    markdown += text;
    const index = (indexes.get(part.kind) ?? 0) + 1;
    indexes.set(part.kind, index);
    const { kind, label, markdown: _text, isPicture = false, ...size } = part;
    const isShown = isPicture && pictures < input.maxPictures;
    if (isPicture) pictures += 1;
    parts.push({
      ...{ kind, index, label, start, end: markdown.length, ...size },
      ...(isShown ? { isPicture } : {}),
    });
  }

  if (
    markdown === '' &&
    images.length === 0 &&
    draft.hasPictures !== true &&
    pictures === 0 &&
    draft.children.length === 0
  ) {
    throw permanent('empty', 'There is no text and no picture in the document.', { stage: 'extract' });
  }
  if (pictures > input.maxPictures) {
    const what = `${pictures} pages and pictures have no text`;
    warnings.push(`${what}; only the first ${input.maxPictures} of them are shown to a model`);
  }
  if (markdown.length > maxTextChars) {
    warnings.push(`The text was cut after ${maxTextChars} characters`);
    markdown = cut(markdown, maxTextChars);
    for (const part of parts) {
      part.start = Math.min(part.start, markdown.length);
      part.end = Math.min(part.end, markdown.length);
    }
  }
  refuseLargeOutput(
    markdown,
    parts,
    [...images, ...draft.children.map(({ path }) => ({ name: path }))],
    maxOutputBytes,
  );
  input.onProgress();
  const asides = readAsides(draft, input, warnings);
  input.onProgress();
  const suspicions = findAllOrders(markdown, asides);
  for (const suspicion of suspicions.filter(({ weight }) => weight === 'order')) {
    warnings.push(`It gives orders to whoever reads it; ${describeSuspicion(suspicion)}`);
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
    children: draft.children,
    ...(suspicions.length > 0 ? { suspicions } : {}),
    ...(draft.isArchive === true ? { isArchive: true } : {}),
    extractorVersion,
  };
}

/** They are not what was asked for: a document is not lost over them. */
function readAsides(draft: Draft, input: ReaderInput, warnings: string[]): AsideText[] {
  try {
    return asidesOf(draft, input);
  } catch (error) {
    if (error instanceof DocumentFailure) throw error;
    warnings.push(
      `Comments, metadata and hidden text were not searched for orders: ${parserFailure(error).message}`,
    );
    return [];
  }
}

/** One kind of line ending, no blank lines at the ends. */
function tidy(text: string): string {
  const unified = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const first = unified.search(/\S/);
  return first < 0 ? '' : unified.slice(unified.lastIndexOf('\n', first) + 1).trimEnd();
}

/** After the last whole line, when there is one near the end; never between the halves of a surrogate pair. */
function cut(text: string, length: number): string {
  const line = text.lastIndexOf('\n', length);
  if (line > 0 && length - line < LONGEST_LINE) return text.slice(0, line);
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
}

/** What is handed over must fit through the pipe and into one row, however many pages and pictures it lists. */
function refuseLargeOutput(
  markdown: string,
  parts: ExtractionPart[],
  images: readonly { name: string }[],
  maxOutputBytes: number,
): void {
  const labels = [...parts.map(({ label }) => label), ...images.map(({ name }) => name)];
  const bytes = labels.reduce((sum, label) => sum + label.length + ENTRY_BYTES, Buffer.byteLength(markdown));
  if (bytes <= maxOutputBytes) return;
  const message = `What was read has ${bytes} bytes; the limit is ${maxOutputBytes}.`;
  throw permanent('output_too_large', message, { stage: 'extract', context: { bytes, maxOutputBytes } });
}

/** Runs of letters and digits; in scripts without spaces (Chinese, Japanese, Thai) each character counts. */
function countWords(text: string): number {
  const words = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’.,:@/-]*/gu;
  const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]/gu;
  // Only then are the words themselves looked at: a list of all words of a long text takes ten times its memory.
  if (!unspaced.test(text)) return countMatches(words, text);
  let count = 0;
  for (const [word] of text.matchAll(words)) count += Math.max(countMatches(unspaced, word), 1);
  return count;
}

function countMatches(pattern: RegExp, text: string): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count += 1;
  return count;
}
