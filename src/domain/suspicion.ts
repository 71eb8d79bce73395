/** Where in a document a text stands that tries to give orders to a model. */
export type Origin =
  | 'text'
  | 'hidden text'
  | 'encoded text'
  | 'comment'
  | 'metadata'
  | 'alt text'
  | 'attribute'
  | 'file name'
  | 'answer';

/**
 * `order`: no innocent document says this there. `hint`: an innocent one may (it writes about injections, or to people);
 * it counts only together with an answer that obeyed.
 */
export interface Suspicion {
  origin: Origin;
  weight: 'order' | 'hint';
  excerpt: string;
}

/** A text that a person does not see, or not as part of the text, and where it stands. */
export interface AsideText {
  origin: Exclude<Origin, 'text' | 'answer' | 'file name'>;
  text: string;
}

/** What is kept of one document at most. */
export const MAX_SUSPICIONS = 20;

/** What a person reads: `hidden text: "Ignore all…"`. */
export function describeSuspicion({ origin, excerpt }: Suspicion): string {
  return `${origin}: "${excerpt}"`;
}
