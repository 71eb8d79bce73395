import { LiteParse } from '@llamaindex/liteparse';
import type { LiteParseConfig, ParseResult, ParsedPage } from '@llamaindex/liteparse';
import { DocumentFailure, permanent } from '../domain/failure.ts';
import { PAGE_DPI } from '../domain/pictures.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { pdfFailure } from './pdf-failure.ts';
import { pdfInfo } from './pdf-info.ts';
import type { AsideText } from '../domain/suspicion.ts';
import { hiddenOnPage } from './asides/hidden-on-page.ts';
import { refusePageLoop } from './refuse-page-loop.ts';

/** Pages in memory at once: their text items are many times larger than their text. */
const PAGES_PER_BATCH = 50;
/** A file of no more pages is read in one go. */
const HEAD_PAGES = 10;
/** Each batch looks for its first page from the beginning: a file of very many pages, which are short, is read in fewer. */
const MOST_BATCHES = 50;
/** No paper has more; a hostile file may name one page half a million times. */
const MAX_PAGES = 50_000;

/** One part per page. Pages without a text layer (scans) are empty parts, named in a warning. */
export async function readPdf(input: ReaderInput): Promise<Draft> {
  refusePageLoop(input.bytes);
  for (const password of [undefined, ...input.passwords]) {
    try {
      return await readPages(input, password);
    } catch (error) {
      if (!(error instanceof DocumentFailure) || error.code !== 'encrypted') throw error;
    }
  }
  throw permanent('encrypted', 'The PDF is protected by a password.', { stage: 'extract' });
}

async function readPages(
  { bytes, maxTextChars, onProgress }: ReaderInput,
  password: string | undefined,
): Promise<Draft> {
  const options = {
    // Its default would fetch language data over the network.
    ocrEnabled: false,
    quiet: true,
    // Its default leaves out what comes after 1,000 pages, and says nothing.
    maxPages: MAX_PAGES,
    outputFormat: 'markdown',
    continueOnPageError: true,
    // What repeats on every page may still be the invoice's number.
    keepHeadersFooters: true,
    numWorkers: 1,
    ...(password === undefined ? {} : { password }),
  } as const;
  const parser = new LiteParse(options);
  const parts: DraftPart[] = [];
  const asides: AsideText[] = [];
  const brokenPages: number[] = [];
  let images = 0;
  let characters = 0;
  let head: ParseResult;
  try {
    head = await headOf(bytes, options);
    for await (const result of resultsOf(parser, bytes, head)) {
      onProgress();
      brokenPages.push(...result.pageErrors.map(({ pageNum }) => pageNum));
      for (const page of result.pages) {
        const { markdown, pictures } = pageMarkdown(page);
        images += pictures;
        const hidden = hiddenOnPage(page);
        if (hidden !== '') asides.push({ origin: 'hidden text', text: hidden });
        characters += markdown.length;
        // A page that cannot be read is a page all the same: part n is page n.
        while (parts.length + 1 < page.pageNum) parts.push(emptyPage(parts.length + 1));
        parts.push({
          ...{ kind: 'page', label: `Page ${page.pageLabel ?? page.pageNum}`, markdown },
          ...{ widthPx: pixels(page.width), heightPx: pixels(page.height) },
        });
      }
      if (characters > maxTextChars) break;
    }
  } catch (error) {
    throw pdfFailure(error);
  }
  if (parts.length === 0) throw permanent('corrupt', 'The PDF has no readable page.', { stage: 'extract' });
  await markPictures(parser, bytes, parts);
  return {
    parts,
    metadata: {
      pages: parts.length,
      ...(images > 0 ? { images } : {}),
      ...(tableCount(parts) > 0 ? { tables: tableCount(parts) } : {}),
      ...pdfInfo(bytes, head.docMeta),
    },
    warnings: [...pageWarnings(parts, brokenPages), ...leftOut(head.totalPages)],
    asides,
  };
}

/** Metadata, the number of pages, and the first of them. With each batch of pages the parser would go through the whole file once more. */
function headOf(bytes: Buffer, options: Partial<LiteParseConfig>): Promise<ParseResult> {
  return new LiteParse({ ...options, maxPages: HEAD_PAGES, extractDocumentMetadata: true }).parse(bytes);
}

async function* resultsOf(parser: LiteParse, bytes: Buffer, head: ParseResult): AsyncIterable<ParseResult> {
  if (head.totalPages <= HEAD_PAGES) {
    yield head;
    return;
  }
  const pages = Math.min(head.totalPages, MAX_PAGES);
  const batchSize = Math.max(PAGES_PER_BATCH, Math.ceil(pages / MOST_BATCHES));
  for await (const { result } of parser.parseBatches(bytes, { batchSize })) yield result;
}

/** Placeholders point to picture files that nobody writes; they are counted and left out. */
function pageMarkdown({ markdown, text }: ParsedPage): { markdown: string; pictures: number } {
  const placeholder = /^!\[[^\]]*\]\(img_[\w.]+\)\n*/gm;
  const pictures = markdown.match(placeholder)?.length ?? 0;
  if (text.trim() === '') return { markdown: '', pictures };
  const clean = markdown.replace(placeholder, '');
  // Rotated pages lose their text on the way to Markdown.
  return { markdown: wordCount(clean) < wordCount(text) / 2 ? text : clean, pictures };
}

function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
}

function pageWarnings(parts: DraftPart[], brokenPages: number[]): string[] {
  const emptyPages = parts.filter(({ markdown }) => markdown === '').length;
  const warnings: string[] = [];
  if (emptyPages > 0) warnings.push(`${emptyPages} of ${parts.length} pages have no text layer`);
  if (brokenPages.length > 0) warnings.push(`These pages could not be read: ${brokenPages.join(', ')}`);
  return warnings;
}

function leftOut(pages: number): string[] {
  return pages > MAX_PAGES ? [`Of ${pages} pages only the first ${MAX_PAGES} were read`] : [];
}

/** Of the pages without text, those where a person would see a scan or a drawing. */
async function markPictures(parser: LiteParse, bytes: Buffer, parts: DraftPart[]): Promise<void> {
  if (parts.every(({ markdown }) => markdown !== '')) return;
  for (const page of await parser.isComplex(bytes)) {
    const part = parts[page.pageNumber - 1];
    if (part?.markdown !== '') continue;
    const { fullPageImage, imageBlockCount, uncoveredVectorArea = 0 } = page;
    if (fullPageImage || imageBlockCount > 0 || uncoveredVectorArea > 0) part.isPicture = true;
  }
}

function emptyPage(no: number): DraftPart {
  return { kind: 'page', label: `Page ${no}`, markdown: '' };
}

function pixels(points: number): number {
  return Math.max(1, Math.round((points * PAGE_DPI) / 72));
}

function tableCount(parts: DraftPart[]): number {
  return parts.reduce(
    (sum, { markdown }) => sum + (markdown.match(/^\|(?:\s*:?-+:?\s*\|)+\s*$/gm)?.length ?? 0),
    0,
  );
}
