import type Anthropic from '@anthropic-ai/sdk';
import type { AnalysisInput } from '../../domain/analyzer.ts';
import type { Picture } from '../../domain/pictures.ts';
import { PDF_PAGE_TOKENS, pictureTokens } from './picture-size.ts';
import type { ClaudeDraft, ClaudeRequest, PagesBlock } from './request.ts';

export type SentRequest = Anthropic.MessageCreateParamsNonStreaming;
type SentBlock = Anthropic.TextBlockParam | Anthropic.ImageBlockParam | Anthropic.DocumentBlockParam;

/** Of all pages and pictures of a call. In Base64 a third more; the API takes 32 MB in all, and text goes along. */
export const MAX_PAGES_BYTES = 20 * 1024 * 1024;

/** The request as it is sent: pages and pictures are made and put in. One without any is sent as it is. */
export async function withPages(draft: ClaudeDraft, render: AnalysisInput['render']): Promise<SentRequest> {
  if (isPlain(draft)) return draft;
  const [{ content: given }] = draft.messages;
  const blocks = typeof given === 'string' ? [] : given;
  const pictures = await renderPictures(blocks, render);
  const content: SentBlock[] = [];
  for (const block of blocks) {
    if (block.type === 'text') content.push(block);
    else if (block.order.as === 'pdf') content.push(...(await pdfBlocks(block, render)));
    else content.push(...block.order.pages.map(({ page }) => shownBlock(pictures.get(page))));
  }
  return { ...draft, messages: [{ role: 'user', content }] };
}

/** Whether everything that is sent stands in it. */
export function isPlain(draft: ClaudeDraft): draft is ClaudeRequest {
  return typeof draft.messages[0].content === 'string';
}

/** The same question without its pages, to be counted; what they take is `pagesTokens`. */
export function withoutPages(draft: ClaudeDraft): SentRequest {
  if (isPlain(draft)) return draft;
  const [{ content }] = draft.messages;
  const said = typeof content === 'string' ? [] : content.filter((block) => block.type === 'text');
  return { ...draft, messages: [{ role: 'user', content: said }] };
}

/** Input tokens as far as they can be known without asking; for the limiter. */
export function roughTokens(draft: ClaudeDraft, charsPerToken: number): number {
  const { content } = draft.messages[0];
  const said =
    typeof content === 'string'
      ? [content]
      : content.map((block) => (block.type === 'text' ? block.text : ''));
  const chars = said.reduce((sum, text) => sum + text.length, 0);
  return Math.ceil(chars / charsPerToken) + pagesTokens(draft, charsPerToken);
}

/** About what its pages and pictures take in memory, before they are made. */
export function pagesBytes({ messages: [{ content }] }: ClaudeDraft): number {
  const orders =
    typeof content === 'string'
      ? []
      : content.flatMap((block) => (block.type === 'text' ? [] : [block.order]));
  const sizeBytes = orders.reduce(
    (sum, { as, pages }) =>
      sum +
      (as === 'pdf'
        ? pages.length * PDF_PAGE_BYTES
        : pages.reduce((so, { widthPx, heightPx }) => so + widthPx * heightPx * BYTES_PER_PX, 0)),
    0,
  );
  return Math.ceil(Math.min(sizeBytes, MAX_PAGES_BYTES));
}

/** Of a JPEG of a noisy scan; of clean pages it is a quarter of that. */
const BYTES_PER_PX = 0.5;
const PDF_PAGE_BYTES = 1024 * 1024;

/** What pictures take, and what pages of a PDF take at most: each has a picture and text, of which no token is below a byte. */
export function pagesTokens({ messages: [{ content }] }: ClaudeDraft, bytesPerToken = 1): number {
  if (typeof content === 'string') return 0;
  return content.reduce(
    (sum, block) => sum + (block.type === 'text' ? 0 : blockTokens(block, bytesPerToken)),
    0,
  );
}

function blockTokens({ order: { as, pages }, textBytes = 0 }: PagesBlock, bytesPerToken: number): number {
  const shown = as === 'pdf' ? pages.length * PDF_PAGE_TOKENS : 0;
  const pictures = as === 'pdf' ? 0 : pages.reduce((sum, page) => sum + pictureTokens(page), 0);
  return shown + pictures + Math.ceil(textBytes / bytesPerToken);
}

/** All of them at once, so that the document is opened once. */
async function renderPictures(
  blocks: readonly (Anthropic.TextBlockParam | PagesBlock)[],
  render: AnalysisInput['render'],
): Promise<Map<number, Picture>> {
  const orders = blocks.flatMap((block) =>
    block.type === 'pages' && block.order.as === 'jpeg' ? [block.order] : [],
  );
  if (orders.length === 0) return new Map();
  const pages = orders.flatMap((order) => order.pages);
  const rendered = await render({ ...orders[0]!, pages, maxPdfBytes: MAX_PAGES_BYTES });
  if (!('pictures' in rendered)) throw new Error('Expected pictures, got a PDF');
  return new Map(rendered.pictures.map((picture) => [picture.page, picture]));
}

async function pdfBlocks({ order }: PagesBlock, render: AnalysisInput['render']): Promise<SentBlock[]> {
  const rendered = await render({ ...order, maxPdfBytes: MAX_PAGES_BYTES });
  if ('pictures' in rendered) {
    return rendered.pictures.length === 0 ? [shownBlock(undefined)] : rendered.pictures.map(imageBlock);
  }
  const source = { type: 'base64', media_type: 'application/pdf', data: base64(rendered.pdf) } as const;
  return [{ type: 'document', source }];
}

function shownBlock(picture: Picture | undefined): SentBlock {
  return picture === undefined ? { type: 'text', text: '(This page cannot be shown.)' } : imageBlock(picture);
}

function imageBlock({ bytes }: Picture): Anthropic.ImageBlockParam {
  return { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: base64(bytes) } };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
