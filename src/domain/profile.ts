import type { Json } from './analyzer.ts';
import type { InjectionPolicy } from './injection.ts';

/** What to ask of a document, as it is frozen into a recipe. */
export interface Profile {
  model: string;
  /** Output tokens of one call at most. */
  maxTokens: number;
  effort: 'low' | 'medium' | 'high' | 'xhigh' | 'max' | null;
  /**
   * What is sent. `text`: the extracted text alone. `auto`: the text, and pictures of what has none (scanned pages,
   * images). `native`: the same, but PDFs as they are.
   */
  send: 'text' | 'native' | 'auto';
  /** Of the answer: `document` for the document's own, else its name. */
  language: string;
  chunking: { maxChars: number; overlapChars: number };
  /** How pages are shown: no side longer than `maxEdgePx`; at most `perCall` of them, or of pages of a PDF, in one call. */
  pictures: { maxEdgePx: number; perCall: number };
  /** Top-level fields that need a verbatim quote from the document. */
  quotes: string[];
  prompt: string;
  schema: { [key: string]: Json };
  checks: ProfileCheck[];
  /** What becomes of a document that gives orders to the model. @default 'review' */
  onInjection?: InjectionPolicy;
}

/** The numbers at `sum` must add up to the one at `equals`; a miss is noted in the result, and fails nothing. */
export interface ProfileCheck {
  name: string;
  sum: string;
  equals: string;
  tolerance: number;
}
