import type { ExtractionPart } from '../../domain/extraction.ts';

export interface Quote {
  field: string;
  quote: string;
}

export interface GroundedQuote extends Quote {
  /** `unchecked`: not in the text, but the model was shown pages that have none. */
  status: 'found' | 'ungrounded' | 'unchecked';
  /** Where it begins; null when it was not found, or the document has no pages. */
  page: number | null;
  /** Name of the page, sheet, slide or part. */
  label: string | null;
  start: number | null;
  end: number | null;
}

export interface GroundingInput {
  markdown: string;
  parts: ExtractionPart[];
  quotes: Quote[];
  /** Parts of what the model was shown have no text. @default false */
  isPartial?: boolean | undefined;
}

/** Longer quotes are compared by their beginning. */
const MAX_QUOTE_CHARS = 2_000;

/**
 * Looks for each quote in the text, letter by letter but for white space, Markdown marks, quotation marks, dashes, and
 * the form of letters. Runs in a child process for all but small texts: document and model are both untrusted.
 */
export function groundQuotes({ markdown, parts, quotes, isPartial }: GroundingInput): GroundedQuote[] {
  const status = isPartial === true ? 'unchecked' : 'ungrounded';
  const plain = fold(markdown, false);
  let marked: typeof plain | undefined;
  return quotes.map(({ field, quote }) => {
    const given = quote.slice(0, MAX_QUOTE_CHARS);
    const withoutMarks = fold(given, false).folded.trim();
    // A quote of nothing but marks, such as the cells of an empty row, is compared with them.
    const isMarks = withoutMarks === '';
    const text = isMarks ? (marked ??= fold(markdown, true)) : plain;
    const wanted = isMarks ? fold(given, true).folded.trim() : withoutMarks;
    const at = wanted === '' ? -1 : text.folded.indexOf(wanted);
    if (at < 0) return { field, quote, status, page: null, label: null, start: null, end: null };
    const start = text.origins[at]!;
    const end = text.origins[at + wanted.length - 1]! + 1;
    const part = parts.findLast((candidate) => candidate.start <= start && start < candidate.end);
    const page = part !== undefined && (part.kind === 'page' || part.kind === 'slide') ? part.index : null;
    return { field, quote, status: 'found', page, label: part?.label ?? null, start, end };
  });
}

/** The text as it is compared, and for each of its units the place in the original. */
function fold(text: string, keepsMarks: boolean): { folded: string; origins: Uint32Array } {
  const origins = new Uint32Array(text.length * 2);
  const pieces: string[] = [];
  let piece = '';
  let length = 0;
  let isSpace = true;
  let offset = 0;
  for (const character of text) {
    const at = offset;
    offset += character.length;
    const folded = foldCharacter(character) || (keepsMarks ? character : '');
    if (folded === '' || (folded === ' ' && isSpace)) continue;
    isSpace = folded === ' ';
    piece += folded;
    for (let unit = 0; unit < folded.length; unit++) origins[length++] = at;
    if (piece.length < PIECE_CHARS) continue;
    pieces.push(piece);
    piece = '';
  }
  return { folded: pieces.join('') + piece, origins };
}

const PIECE_CHARS = 8_192;

function foldCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return code < 128 ? ascii[code]! : foldOther(character);
}

const ascii = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  // Marks that our Markdown adds, or that a model leaves out.
  if ('*_`#|\\~'.includes(character)) return '';
  return code <= 32 ? ' ' : character.toLowerCase();
});

function foldOther(character: string): string {
  if (/\s/.test(character)) return ' ';
  if (/[\u00ad\u200b-\u200d\ufeff]/.test(character)) return '';
  if (/[“”„‟«»]/.test(character)) return '"';
  if (/[‘’‚‛]/.test(character)) return "'";
  if (/[‐-―−]/.test(character)) return '-';
  // Never longer than the room that each unit has in `origins`.
  return character
    .normalize('NFKC')
    .toLowerCase()
    .slice(0, character.length * 2);
}
