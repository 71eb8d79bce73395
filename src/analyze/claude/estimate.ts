import type Anthropic from '@anthropic-ai/sdk';
import type { AnalysisInput } from '../../domain/analyzer.ts';
import type { Extraction } from '../../domain/extraction.ts';
import type { Profile } from '../../domain/profile.ts';
import type { CallPrice } from './price.ts';
import { pictureTokens } from './picture-size.ts';
import { isShared } from './prompt-cache.ts';
import type { ClaudeDraft } from './request.ts';
import { documentRequest, pieceRequest } from './request.ts';
import { thinkingOf, withThinking } from './thinking.ts';
import type { Piece } from './split-document.ts';
import { splitDocument } from './split-document.ts';
import { withPages } from './with-pages.ts';

/** Input tokens and nano-USD that documents will take; the true figure lies between low and high. */
export interface Estimate {
  inputTokens: number;
  lowNanoUsd: number;
  likelyNanoUsd: number;
  highNanoUsd: number;
}

export interface OutputGuess {
  low: number;
  likely: number;
  high: number;
}

export interface EstimatedDocument {
  extraction: Pick<Extraction, 'markdown' | 'parts' | 'metadata'>;
  contentSha256: string;
  render: AnalysisInput['render'];
}

export interface Estimator {
  /** Looks at one document; the text is let go again. */
  add(document: EstimatedDocument): number;
  /** Counts some requests by the free call, and gives the estimate of each document in the order of `add`. */
  finish(): Promise<Estimate[]>;
}

/** Requests that are counted; the largest, since they hold most of the tokens. */
const COUNTED = 40;
const COUNTS_AT_ONCE = 5;
/** Of those with pages of a PDF, which are sent along to be counted. */
const COUNTED_PDFS = 8;
/** A page of a PDF while none was counted: its picture, and some text. */
const ROUGH_PDF_PAGE_TOKENS = 2_400;
/** Only without a key: characters per token. */
const ROUGH_CHARS_PER_TOKEN = 3.4;

interface Call {
  document: number;
  chars: number;
  /** Of pictures, which follow from their sizes. */
  pictureTokens: number;
  pdfPages: number;
  /** Of its text, or of all of it where it has pages of a PDF; null: not counted. */
  tokens: number | null;
}

export function createEstimator(
  profile: Profile,
  deps: {
    client: Anthropic | null;
    price: CallPrice;
    isBatch: boolean;
    output: OutputGuess;
    /** As the worker has it. @default all */
    maxPictures?: number;
    signal: AbortSignal;
  },
): Estimator {
  const calls: Call[] = [];
  const merges: number[] = [];
  let largest: { call: Call; request: ClaudeDraft }[] = [];
  const pdfs: { call: Call; request: ClaudeDraft; render: AnalysisInput['render'] }[] = [];
  let documents = 0;

  /** Null when the free call fails, too: then the estimate is rougher. */
  const count = async (
    draft: ClaudeDraft,
    render: AnalysisInput['render'] = neverRendered,
  ): Promise<number | null> => {
    if (deps.client === null) return null;
    try {
      const { max_tokens: _maxTokens, ...counted } = await withPages(draft, render);
      const options = { signal: deps.signal, timeout: 30_000 };
      return (await deps.client.messages.countTokens(counted, options)).input_tokens;
    } catch {
      deps.signal.throwIfAborted();
      return null;
    }
  };

  return {
    add: ({ extraction, contentSha256, render }) => {
      const pieces = splitDocument(extraction, profile, deps.maxPictures);
      for (const [index, piece] of pieces.entries()) {
        const part = pieces.length === 1 ? undefined : { no: index + 1, of: pieces.length };
        const request = pieceRequest(profile, contentSha256, piece, part);
        const call = callOf(documents, piece, request);
        calls.push(call);
        if (call.pdfPages === 0) largest.push({ call, request: documentRequest(profile, piece.text, part) });
        else if (pdfs.length < COUNTED_PDFS) pdfs.push({ call, request, render });
      }
      merges.push(pieces.length > 1 ? pieces.length : 0);
      largest = largest.sort((a, b) => b.call.chars - a.call.chars).slice(0, COUNTED);
      return documents++;
    },
    finish: async () => {
      const empty = documentRequest(profile, '');
      const fixed = (await count(empty)) ?? JSON.stringify(empty).length / ROUGH_CHARS_PER_TOKEN;
      const addCall = adderOf(!deps.isBatch && isShared(empty) ? fixed : 0);
      const waiting = [...largest];
      const lanes = Array.from({ length: COUNTS_AT_ONCE }, async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          next.call.tokens = await count(next.request);
        }
      });
      await Promise.all(lanes);
      // One after the other: each may have some megabytes.
      for (const { call, request, render } of pdfs) call.tokens = await count(request, render);
      const counted = calls.filter((call) => call.tokens !== null && call.chars > 0 && call.pdfPages === 0);
      const chars = counted.reduce((sum, call) => sum + call.chars, 0);
      const tokens = counted.reduce((sum, call) => sum + Math.max(0, call.tokens! - fixed), 0);
      const perChar = chars > 0 ? tokens / chars : 1 / ROUGH_CHARS_PER_TOKEN;
      const uncertainty = chars > 0 ? 0.1 : 0.4;
      const countedPdfs = pdfs.filter(({ call }) => call.tokens !== null);
      const pdfPages = countedPdfs.reduce((sum, { call }) => sum + call.pdfPages, 0);
      const pdfTokens = countedPdfs.reduce((sum, { call }) => sum + Math.max(0, call.tokens! - fixed), 0);
      const perPage = pdfPages > 0 ? pdfTokens / pdfPages : ROUGH_PDF_PAGE_TOKENS;
      const estimates = Array.from({ length: documents }, nothing);
      for (const { document, chars, tokens, pictureTokens: shown, pdfPages: pages } of calls) {
        const input = Math.ceil((tokens ?? fixed + chars * perChar + pages * perPage) + shown);
        const unsure = pages > 0 ? (pdfPages > 0 ? 0.3 : 0.6) : uncertainty;
        addCall(estimates[document]!, input, tokens === null ? unsure : 0.02);
      }
      for (const [document, parts] of merges.entries()) {
        if (parts > 0) addCall(estimates[document]!, Math.ceil(fixed + parts * deps.output.likely), 0.5);
      }
      return estimates;
    },
  };

  /** Of the shared prompt the first call writes, and the others read, what the cache keeps; at worst all write it. */
  function adderOf(shared: number) {
    const isAlone = calls.length === 1;
    return (estimate: Estimate, input: number, uncertainty: number): void => {
      const cost = (inputTokens: number, output: number, { isRead = false, isUsOnly = false }) => {
        const kept = Math.ceil(Math.min(shared, inputTokens));
        const tokens = {
          input: Math.ceil(inputTokens) - kept,
          output: Math.ceil(output),
          cacheWrite5m: isRead ? 0 : kept,
          cacheWrite1h: 0,
          cacheRead: isRead ? kept : 0,
        };
        return deps.price.costOf(tokens, { isBatch: deps.isBatch, isUsOnly });
      };
      estimate.inputTokens += input;
      estimate.lowNanoUsd += cost(input * (1 - uncertainty), deps.output.low, { isRead: !isAlone });
      estimate.likelyNanoUsd += cost(input, deps.output.likely, { isRead: !isAlone });
      estimate.highNanoUsd += cost(input * (1 + uncertainty), deps.output.high, { isUsOnly: true });
    };
  }
}

function callOf(document: number, { text, pdfPages }: Piece, request: ClaudeDraft): Call {
  const [{ content }] = request.messages;
  const shown = (typeof content === 'string' ? [] : content).flatMap((block) =>
    block.type === 'pages' && block.order.as === 'jpeg' ? block.order.pages : [],
  );
  return {
    document,
    chars: text.length,
    pictureTokens: shown.reduce((sum, page) => sum + pictureTokens(page) + TAG_TOKENS, 0),
    pdfPages: pdfPages.length,
    tokens: null,
  };
}

/** What stands around a picture. */
const TAG_TOKENS = 12;

const neverRendered = (): Promise<never> => Promise.reject(new Error('this request has no pages'));

export function nothing(): Estimate {
  return { inputTokens: 0, lowNanoUsd: 0, likelyNanoUsd: 0, highNanoUsd: 0 };
}

/** What an answer may be long: as was seen, else between a few tokens and all that are allowed. */
export function guessOutput(profile: Profile, seen: OutputGuess | null): OutputGuess {
  const { maxTokens } = profile;
  const thinking = thinkingOf(profile);
  const high = withThinking(maxTokens, thinking);
  if (seen === null) {
    return { low: Math.min(20, maxTokens), likely: maxTokens / 4 + thinking.maxTokens / 8, high };
  }
  return { low: Math.min(20, seen.low), likely: seen.likely, high };
}
